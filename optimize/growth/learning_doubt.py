"""How a young plant learns in one future, where that is in doubt: whole sets of priors that real plants have left.

A future has one of the sets that the back-test has kept, as often as it weighs: causes that are dear go with the
effort that goes with them. It is the same for every strategy, and more futures change none of the first ones.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from optimize.growth.expansion_terms import Floats
from optimize.growth.site import Ground, Site
from twin import Priors, split


def ground_in(site: Site, number: int) -> Ground:
    """Return what decides how strategies are lived through in a future.

    Args:
        site: what strategies share.
        number: of the future.
    """
    ground = site.ground
    draws = ground.priors.draws
    if site.study.learning == "middle" or draws is None:
        return ground
    place = _places((number + 1).bit_length(), site.study.seed)[number]
    which = min(int(np.searchsorted(np.cumsum(draws.weights), place)), len(draws.weights) - 1)
    parts: dict[str, dict[str, float]] = {}
    for path, values in draws.values.items():
        if path not in site.held:
            part, _, name = path.partition(".")
            parts.setdefault(part, {})[name] = _as_read(ground.priors, path, values[which])
    drawn = {part: getattr(ground.priors, part).model_copy(update=values) for part, values in parts.items()}
    return ground.with_priors(ground.priors.model_copy(update=drawn))


def _as_read(priors: Priors, path: str, value: float) -> float:
    """Return a drawn number in the unit of the twin: it is written in that of the number that it stands for."""
    part, _, name = path.partition(".")
    middle = float(getattr(getattr(priors, part), name))
    written = next((split(one.value) for one in priors._provenance if one.path == path), None)
    return middle * value / written[0] if written else value


@lru_cache(maxsize=32)
def _places(power: int, seed: int) -> Floats:
    """Return places from 0 to 1: points of a Sobol sequence, so that more of them go on from fewer.

    Shape (2 to a power,).
    """
    from scipy.stats import qmc

    found: Floats = qmc.Sobol(1, scramble=True, rng=np.random.default_rng(seed)).random_base2(power)[:, 0]
    return found
