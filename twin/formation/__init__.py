"""Formation: from filled cell to graded cell."""
