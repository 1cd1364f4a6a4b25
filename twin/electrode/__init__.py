"""Electrode making: from powder and solvent to slit, dried lanes of coated web."""
