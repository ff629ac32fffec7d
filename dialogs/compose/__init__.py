"""Building a campaign: forms, typed words, forecast, review."""
