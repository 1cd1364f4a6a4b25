"""Real plants: what they reported, and the young plant that learns held against it."""
