"""The parts of an instruction, each found where its words stand."""
