"""What is written into files: tables, in the reader's words."""
