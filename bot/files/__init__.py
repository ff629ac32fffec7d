"""Exports written to files, and how a file reaches its author."""
