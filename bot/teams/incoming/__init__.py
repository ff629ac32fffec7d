"""Before an activity is done: how many may come, and that each is done once."""
