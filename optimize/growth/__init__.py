"""Ways of scaling up: strategies, when each adds what, what lives through the futures, which is best."""
