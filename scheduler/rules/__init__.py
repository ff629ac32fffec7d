"""Pure rules: open time, ladder, settling, forecasts by zone."""
