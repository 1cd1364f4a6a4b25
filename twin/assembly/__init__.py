"""Assembly: from dried lanes of web to filled, sealed cells."""
