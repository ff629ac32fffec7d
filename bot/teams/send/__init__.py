"""Requests to the platform: messages, and downloads."""
