"""A/B tests: two variants of a message, of which one goes to the rest."""
