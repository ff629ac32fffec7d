"""A campaign that goes out again and again: how often, and what has come of it."""
