"""The end of a campaign: what takes its messages' place, and how it is said."""
