"""A campaign's message: compiled once, rendered for each recipient."""
