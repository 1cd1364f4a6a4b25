"""How a young plant learns in one future, where that is in doubt: priors drawn from what real plants left of them.

Ranges that the back-test has left are drawn, each parameter evenly in the logarithm below and above its middle, rows of
one parameter together. A future has the same draw for every strategy, and more futures change none of the first ones.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from optimize.growth.expansion_terms import Floats
from optimize.growth.site import Ground, Site
from optimize.ranges import declared_range
from twin import Priors

# source of what the back-test writes, with the parameter that a row belongs to in its note
_SOURCE = "gigatwin_backtest"


def ground_in(site: Site, number: int) -> Ground:
    """Return what decides how strategies are lived through in a future.

    Args:
        site: what strategies share.
        number: of the future.
    """
    ground = site.ground
    if site.study.learning == "middle":
        return ground
    parameters = drawn_together(ground.priors)
    place = _places(len(parameters), (number + 1).bit_length(), site.study.seed)[number]
    parts: dict[str, dict[str, float]] = {}
    for share, paths in zip(place.tolist(), parameters.values(), strict=True):
        for path in paths:
            if path not in site.held:
                part, _, name = path.partition(".")
                parts.setdefault(part, {})[name] = _at(ground.priors, path, share)
    drawn = {part: getattr(ground.priors, part).model_copy(update=values) for part, values in parts.items()}
    return ground.with_priors(ground.priors.model_copy(update=drawn))


def drawn_together(priors: Priors) -> dict[str, list[str]]:
    """Return the rows of each parameter that the back-test has left a range of, by what people call it."""
    found: dict[str, list[str]] = {}
    for record in priors._provenance:
        if _SOURCE in record.source and record.low is not None and record.high is not None:
            found.setdefault(record.note, []).append(record.path)
    return found


def _at(priors: Priors, path: str, share: float) -> float:
    """Return a prior at a place in its range, its middle at a half."""
    part, _, name = path.partition(".")
    low, middle, high = declared_range(priors._provenance, path, getattr(getattr(priors, part), name))
    if share < 0.5:
        return float(low * (middle / low) ** (2 * share))
    return float(middle * (high / middle) ** (2 * share - 1))


@lru_cache(maxsize=32)
def _places(parameters: int, power: int, seed: int) -> Floats:
    """Return places in the ranges: points of a Sobol sequence, so that more of them go on from fewer.

    Shape (2 to a power, parameters).
    """
    from scipy.stats import qmc

    if not parameters:
        return np.zeros((1 << power, 0))
    sobol = qmc.Sobol(parameters, scramble=True, rng=np.random.default_rng(seed))
    found: Floats = sobol.random_base2(power)
    return found
