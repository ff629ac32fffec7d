"""The parts of a schedule: what they say, and the days on which nobody works."""
