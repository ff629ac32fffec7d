"""Distribution lists and audiences."""
