"""Words: as they are cut out of a text, what they mean in both languages, and the names of lists among them."""
