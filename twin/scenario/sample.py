"""Futures drawn: correlated, and with the same luck for every strategy that is compared in them.

Each quantity has its own stream, found by seed and name, and price paths one for each month. More futures or more
months therefore only add numbers at the end, and another quantity changes those of none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.problems import InputError
from twin.randomness import stream
from twin.scenario.futures import QUANTITIES, SHOCKS, Floats, Futures, correlation_matrix, faults_of_futures, refuse
from twin.scenario.market import Contract, Instalment

MONTHS_PER_YEAR = 12
_OF_A_PATH = ("start", "drift", "volatility", "reversion")
# a split lognormal lies below its low, and above its high, once in twenty
_TAIL = 1.6448536269514722


@dataclass(frozen=True)
class Scenarios:
    """Futures as they come, month by month.

    Attributes:
        numbers: of the futures, which find their luck. Shape (futures,).
        cell_price: of grade A where the plant sells [USD/kWh]. Shape (futures, months).
        spot_price: of it without a contract [USD/kWh]. Shape (futures, months).
        material_price: relative to the plant's price list [-]. Shape (futures, months).
        energy_price: relative to the plant's price list [-]. Shape (futures, months).
        spot_demand: cells that can be sold without a contract [GWh]. Shape (futures, months).
        called: cells called off under each contract [GWh]. Shape (contracts, futures, months).
        equipment_delay: [month]. Shape (futures,).
        construction_overrun: capital beyond the plan, relative to it [-]. Shape (futures,).
        interest: of a loan without the lender's margin [1/yr]. Shape (futures,).
        subsidy: at most [MUSD]. Shape (futures,).
        subsidy_share: of the planned capital, at most [-]. Shape (futures,).
        disturbance: hidden causes born, relative to what the ramp declares [-]. Shape (futures,).
        drawn: every quantity that was drawn, in its declared unit, by name. Shape (futures,) each.
        contracts: in the order in which they are served.
        instalments: of the subsidy.
    """

    numbers: NDArray[np.int64]
    cell_price: Floats
    spot_price: Floats
    material_price: Floats
    energy_price: Floats
    spot_demand: Floats
    called: Floats
    equipment_delay: Floats
    construction_overrun: Floats
    interest: Floats
    subsidy: Floats
    subsidy_share: Floats
    disturbance: Floats
    drawn: Mapping[str, Floats]
    contracts: tuple[Contract, ...] = ()
    instalments: tuple[Instalment, ...] = ()

    @property
    def count(self) -> int:
        """How many futures there are."""
        return len(self.numbers)

    @property
    def months(self) -> int:
        """How many months they last."""
        return int(self.cell_price.shape[1])

    def only(self, places: Sequence[int] | NDArray[np.int64]) -> Scenarios:
        """Return some of the futures, by their places here."""
        chosen = np.asarray(places, np.int64)
        parts: dict[str, Any] = {
            one.name: getattr(self, one.name)[chosen]
            for one in fields(self)
            if one.name not in ("called", "drawn", "contracts", "instalments")
        }
        drawn = {name: values[chosen] for name, values in self.drawn.items()}
        return replace(self, **parts, called=self.called[:, chosen], drawn=drawn)


def sample_futures(futures: Futures, months: int, count: int, seed: int) -> Scenarios:
    """Draw futures.

    A Gaussian copula: independent normal scores ``e`` of the quantities become ``z = L e`` with ``L L' = R``, the
    declared correlations, and ``marginal`` turns each score into its quantity. Shocks of the price paths are
    correlated in the same way, month by month. Correlations are those of normal scores; rank correlations are
    ``(6 / pi) asin(rho / 2)``.

    Args:
        futures: as declared.
        months: how long they last.
        count: how many.
        seed: key of all luck.

    Raises:
        InputError: months or count are below 1, or the parts of the futures contradict each other.

    Source: Nelsen, R. B. (2006), An Introduction to Copulas, section 2.3.
    """
    if months < 1 or count < 1:
        raise InputError(f"{count} futures of {months} months: expected at least one of each")
    refuse(faults_of_futures(futures))
    own = np.stack([stream(seed, "futures", name).standard_normal(count) for name in QUANTITIES])
    scores = _mixed(lower_factor(correlation_matrix(futures, QUANTITIES)), own)
    drawn = {name: marginal(futures, name, score) for name, score in zip(QUANTITIES, scores, strict=True)}
    paths = _paths(futures, drawn, months, count, seed)
    cell = paths["cell_price"] * (1 + drawn["cell_price.region_premium"])[:, None]
    monthly = np.arange(months) / MONTHS_PER_YEAR
    spot = drawn["demand.spot"][:, None] * np.exp(np.outer(drawn["demand.growth"], monthly)) / MONTHS_PER_YEAR
    return Scenarios(
        numbers=np.arange(count),
        cell_price=cell,
        spot_price=cell * (1 - drawn["cell_price.spot_discount"])[:, None],
        material_price=paths["material_price"],
        energy_price=paths["energy_price"],
        spot_demand=spot,
        called=_called(futures, drawn["demand.level"], months),
        equipment_delay=drawn["equipment_delay"],
        construction_overrun=drawn["construction_overrun"],
        interest=drawn["interest"],
        subsidy=drawn["subsidy.amount"] / 1e6,
        subsidy_share=drawn["subsidy.share"],
        disturbance=drawn["disturbance"],
        drawn=drawn,
        contracts=tuple(futures.contracts.values()),
        instalments=futures.subsidy.instalments if futures.subsidy is not None else (),
    )


def marginal(futures: Futures, quantity: str, scores: ArrayLike) -> Floats:
    """Turn normal scores into a quantity with its declared value and range.

    With ``u = Phi(z)`` and ``c = (value - low) / (high - low)`` the triangle with its peak at the value is::

        x = low  + sqrt(u (high - low) (value - low))            for u <= c
        x = high - sqrt((1 - u) (high - low) (high - value))     else

    The split lognormal has the value as its median and is below low, and above high, once in twenty::

        x = value (high / value)^(z / 1.645) for z > 0,  value (value / low)^(z / 1.645) else

    Args:
        futures: as declared.
        quantity: its name.
        scores: standard normal. Shape (futures,).
    """
    from scipy.special import ndtr

    z = np.asarray(scores, np.float64)
    value, (low, high) = futures.value(quantity), futures.range(quantity)
    if low == high:
        return np.full(z.shape, value)
    if quantity in futures.lognormal:
        spread = np.where(z > 0, math.log(high / value), math.log(value / low)) / _TAIL
        return np.asarray(value * np.exp(spread * z))
    u = ndtr(z)
    left = low + np.sqrt(u * (high - low) * (value - low))
    right = high - np.sqrt((1 - u) * (high - low) * (high - value))
    return np.asarray(np.where(u <= (value - low) / (high - low), left, right))


def price_path(start: Floats, drift: Floats, volatility: Floats, reversion: Floats, shocks: Floats) -> Floats:
    """Return prices whose logarithm is drawn back to a drifting mean. Shape (futures, months).

    With time ``t`` in years, steps ``h = 1/12`` and shocks ``e``::

        ln P(t) = ln start + drift t + x(t) - v(t) / 2
        x(t + h) = exp(-k h) x(t) + sigma sqrt((1 - exp(-2 k h)) / (2 k)) e,   x(0) = 0
        v(t) = Var x(t) = sigma^2 (1 - exp(-2 k t)) / (2 k)

    so that the mean price is ``start exp(drift t)``. Without reversion, ``k = 0``, it is a geometric Brownian motion.

    Args:
        start: price in the first month. Shape (futures,).
        drift: of the mean [1/yr]. Shape (futures,).
        volatility: ``sigma`` [1/sqrt(yr)]. Shape (futures,).
        reversion: ``k`` [1/yr]. Shape (futures,).
        shocks: standard normal; the first month has none. Shape (futures, months).

    Source: Schwartz, E. S. (1997), The stochastic behavior of commodity prices, J. Finance 52(3), model 1.
    """
    years = np.arange(shocks.shape[1]) / MONTHS_PER_YEAR
    variance = volatility[:, None] ** 2 * _gathered(reversion[:, None], years)
    step = volatility * np.sqrt(_gathered(reversion, 1 / MONTHS_PER_YEAR))
    stays = np.exp(-reversion / MONTHS_PER_YEAR)
    deviation = np.zeros(shocks.shape)
    for month in range(1, shocks.shape[1]):
        deviation[:, month] = stays * deviation[:, month - 1] + step * shocks[:, month]
    mean = start[:, None] * np.exp(np.outer(drift, years))
    return np.asarray(mean * np.exp(deviation - variance / 2))


def _gathered(reversion: ArrayLike, years: ArrayLike) -> Floats:
    """Return ``(1 - exp(-2 k t)) / (2 k)``, which is ``t`` for no reversion [yr]."""
    twice, time = 2 * np.asarray(reversion, np.float64), np.asarray(years, np.float64)
    # so little pulls nothing back, and nothing is divided by it
    small = twice * time < 1e-12
    return np.asarray(np.where(small, time, -np.expm1(-twice * time) / np.where(small, 1.0, twice)))


def lower_factor(matrix: Floats) -> Floats:
    """Return the lower triangular L with ``L L' = matrix`` of a positive semidefinite matrix.

    NumPy's Cholesky refuses a matrix that is only semidefinite, such as two quantities that go wholly together.
    """
    size = len(matrix)
    factor = np.zeros((size, size))
    for row in range(size):
        rest = matrix[row:, row] - factor[row:, :row] @ factor[row, :row]
        if rest[0] > 1e-12:
            factor[row:, row] = rest / np.sqrt(rest[0])
    return factor


def _mixed(factor: Floats, own: Floats) -> Floats:
    """Return ``factor`` times the scores, added up in one order however many futures there are."""
    weights = factor.reshape(*factor.shape, *(1,) * (own.ndim - 1))
    return np.asarray((weights * own).sum(axis=1))


def _paths(futures: Futures, drawn: Mapping[str, Floats], months: int, count: int, seed: int) -> dict[str, Floats]:
    """Return the price paths by name. Shape (futures, months) each."""
    own = np.stack(
        [
            np.stack([stream(seed, "futures", name, month).standard_normal(count) for month in range(months)], axis=1)
            for name in SHOCKS
        ]
    )
    shocks = _mixed(lower_factor(correlation_matrix(futures, SHOCKS)), own)
    found = {}
    for name, shock in zip(SHOCKS, shocks, strict=True):
        start, drift, volatility, reversion = (drawn[f"{name}.{part}"] for part in _OF_A_PATH)
        found[name] = price_path(start, drift, volatility, reversion, shock)
    return found


def _called(futures: Futures, level: Floats, months: int) -> Floats:
    """Return what is called off under each contract [GWh]. Shape (contracts, futures, months)."""
    called = np.zeros((len(futures.contracts), len(level), months))
    month = np.arange(months)
    for place, contract in enumerate(futures.contracts.values()):
        # of its last month a contract may run only a part
        runs = np.clip(contract.start + contract.duration - month, 0.0, 1.0) * (month >= contract.start)
        called[place] = np.outer(level, contract.volume / MONTHS_PER_YEAR * runs)
    return called
