"""What authors are told of their campaigns, and how often."""
