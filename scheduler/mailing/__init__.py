"""The e-mail fallback: who gets a campaign's message by e-mail as well, and its way to the mail server."""
