"""Reading the forms: what an author typed -> a record, or what is wrong, field by field. Pure."""
