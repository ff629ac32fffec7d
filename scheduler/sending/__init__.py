"""What the dispatcher and the jobs know of when to look where, so that they can sleep meanwhile."""
