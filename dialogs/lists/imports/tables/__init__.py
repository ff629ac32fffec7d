"""Files as tables: bytes -> sheets with rows of texts, as their author sees them."""
