"""gigatwin's decisions: a study in, compared plans out."""
