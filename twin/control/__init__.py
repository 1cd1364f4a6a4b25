"""Control: what a coater's loading loop sees, decides and leaves over. No clock of the plant, no SimPy."""
