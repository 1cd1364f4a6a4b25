"""Constants of nature, and the law by which rates grow with temperature."""

from __future__ import annotations

import math

GAS_CONSTANT = 8.314462618  # J/(mol K)
FARADAY = 96485.33212  # C/mol
WATER = 0.018015  # kg/mol


def arrhenius(energy: float, temperature: float, reference: float) -> float:
    """Return by how much a rate is higher than at a reference, exp(-E/R (1/T - 1/T0)) [-].

    Args:
        energy: activation energy E [J/mol].
        temperature: T [K].
        reference: T0 [K].
    """
    return math.exp(-energy / GAS_CONSTANT * (1 / temperature - 1 / reference))
