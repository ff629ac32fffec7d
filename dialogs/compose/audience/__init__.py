"""Choosing people for a draft beyond the lists that are there: a group of the directory, a segment."""
