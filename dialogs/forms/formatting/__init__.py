"""Formatted text of the compose box, as the Markdown of a card."""
