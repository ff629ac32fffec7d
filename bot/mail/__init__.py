"""E-mail: how a message is written down as one, and the way to the organisation's mail server."""
