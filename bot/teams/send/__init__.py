"""Requests that leave for the platform."""
