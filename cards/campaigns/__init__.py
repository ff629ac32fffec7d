"""Cards about campaigns as a whole: the list, approval, templates."""
