"""A campaign beside others: those before it, and what is usual."""
