"""The parts of the Store port, by what they are about."""
