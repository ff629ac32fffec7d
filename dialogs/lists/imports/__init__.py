"""Lists from files: bytes -> rows -> contacts -> a summary -> a list, and nothing half-way."""
