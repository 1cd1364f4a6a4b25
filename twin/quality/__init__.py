"""Quality: where flaws are born, how imperfect gauges see them, and what is done then."""
