"""Roles, settings, language, ownership."""
