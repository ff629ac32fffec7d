"""What follows from a campaign: how often it goes out, whom it reminds."""
