"""Work on people that goes on behind: their names are read."""
