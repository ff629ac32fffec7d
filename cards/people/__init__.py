"""Cards about people's roles and the organisation's rules."""
