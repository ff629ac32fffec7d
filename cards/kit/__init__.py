"""What every card is built of: elements, texts, icons."""
