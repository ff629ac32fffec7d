"""Cards about distribution lists, their sources and imports."""
