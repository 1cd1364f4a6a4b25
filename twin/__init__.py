"""gigatwin's simulation: one run in, one journal out."""
