"""How a young plant learns: hidden causes, evidence, engineers, and the daily meeting at which they come together."""
