"""Futures that nobody chooses: demand, contracts, prices, delays, interest, subsidy, disturbance."""
