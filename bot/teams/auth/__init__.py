"""Authentication: of requests that come in, and of the bot's own requests to the platform."""
