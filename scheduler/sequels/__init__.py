"""What follows from a campaign, made when it is due."""
