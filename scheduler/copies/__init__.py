"""What copies of the bot on one store need to agree on: one at a job, and what time it is."""
