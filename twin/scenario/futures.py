"""Futures as declared: what may happen to a plant that nobody there decides, with ranges and correlations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, PrivateAttr

from twin.declared import Declared
from twin.problems import InputError, Problem, did_you_mean
from twin.scenario.market import CellPrice, Contract, Demand, Interest, Level, Months, Path, Subsidy
from twin.units import Unit

Floats = NDArray[np.float64]

# correlations may leave this much below zero to rounding
_ROUNDING = 1e-9


class Correlation(Declared):
    """How two uncertain quantities go together.

    Attributes:
        between: two quantities, or two of the price paths' shocks.
        rho: correlation of their normal scores [-].
    """

    between: tuple[str, str]
    rho: Annotated[float, Unit("", "0.6", "a correlation", -1.0, 1.0)]


# Each has its own luck, found by its name. A new one goes to the end: the copula's factor is lower triangular, so
# that what stands before keeps its numbers even when the new one is correlated with it.
QUANTITIES = (
    "cell_price.start",
    "cell_price.drift",
    "cell_price.volatility",
    "cell_price.reversion",
    "cell_price.region_premium",
    "cell_price.spot_discount",
    "material_price.start",
    "material_price.drift",
    "material_price.volatility",
    "material_price.reversion",
    "energy_price.start",
    "energy_price.drift",
    "energy_price.volatility",
    "energy_price.reversion",
    "demand.level",
    "demand.spot",
    "demand.growth",
    "equipment_delay",
    "construction_overrun",
    "interest",
    "subsidy.amount",
    "subsidy.share",
    "disturbance",
)
SHOCKS = ("cell_price", "material_price", "energy_price")


class Futures(Declared):
    """All that may happen, as declared. A number with a range is uncertain, one without is known.

    Attributes:
        gigatwin: version of the format.
        name: short name.
        title: one line about it.
        demand: what the market takes.
        contracts: what customers have ordered, by name, in the order in which they are served.
        cell_price: of grade A.
        material_price: of all bought materials, relative to the plant's price list.
        energy_price: of electricity and gas, relative to the plant's price list.
        equipment_delay: of what is delivered after it was ordered [month].
        construction_overrun: capital beyond the plan, relative to it [-].
        interest: of a loan without the lender's margin [1/yr].
        subsidy: what the state gives.
        disturbance: hidden causes born, relative to what the ramp declares [-].
        lognormal: quantities whose range is that of a split lognormal; the others' is that of a triangle.
        correlations: of quantities, and of the shocks of the price paths.
    """

    gigatwin: int = Field(ge=1, le=1)
    name: str
    title: str = ""
    demand: Demand
    contracts: dict[str, Contract] = Field(default_factory=dict)
    cell_price: CellPrice
    material_price: Path = Path()
    energy_price: Path = Path()
    equipment_delay: Months = 0.0
    construction_overrun: Annotated[float, Unit("", "15 %", "a relative overrun", -0.5, 10.0)] = 0.0
    interest: Interest
    subsidy: Subsidy | None = None
    disturbance: Level = 1.0
    lognormal: tuple[str, ...] = ()
    correlations: tuple[Correlation, ...] = ()

    # low and high by quantity; a file declares them beside the value
    _ranges: dict[str, tuple[float, float]] = PrivateAttr(default_factory=dict)
    # where the numbers come from, for reports; of numbers from Python nothing is known
    _provenance: list[Any] = PrivateAttr(default_factory=list)

    def value(self, quantity: str) -> float:
        """Return the declared value of a quantity; 0 for those of a subsidy that there is not."""
        found: object = self
        for part in quantity.split("."):
            found = getattr(found, part, None)
        return float(found) if isinstance(found, int | float) else 0.0

    def range(self, quantity: str) -> tuple[float, float]:
        """Return low and high of a quantity, both its value where nothing is uncertain."""
        value = self.value(quantity)
        return self._ranges.get(quantity, (value, value))

    def within(self, ranges: Mapping[str, tuple[float, float]]) -> Futures:
        """Return the same futures with the ranges of some quantities.

        Raises:
            InputError: there is no such quantity, or its value is not within its range.
        """
        other = self.model_copy()
        other._ranges = {**self._ranges, **ranges}
        refuse(faults_of_futures(other))
        return other

    def held(self, values: Mapping[str, float]) -> Futures:
        """Return the same futures with some quantities known; the luck of all others stays theirs.

        Args:
            values: by quantity, in its unit.

        Raises:
            InputError: there is no such quantity, or its value is outside its physical range.
        """
        other = self
        for name, value in values.items():
            unit = unit_of(name)
            if not unit.low <= value <= unit.high:
                text = f"{value:g} is outside its physical range, expected {unit.name} such as {unit.example}"
                raise InputError([Problem("", 0, name, text)])
            if name.startswith("subsidy.") and self.subsidy is None:
                raise InputError([Problem("", 0, name, "there is no subsidy; expected one in the file of the futures")])
            other = _put(other, name.split("."), value)
        other._ranges = {name: ends for name, ends in self._ranges.items() if name not in values}
        return other


def _put(model: Any, way: list[str], value: float) -> Any:
    """Return a copy of an object with another value somewhere in it."""
    inner = value if len(way) == 1 else _put(getattr(model, way[0]), way[1:], value)
    return model.model_copy(update={way[0]: inner})


def unit_of(quantity: str) -> Unit:
    """Return the unit of a quantity.

    Raises:
        InputError: there is no such quantity.
    """
    if quantity not in QUANTITIES:
        raise InputError([Problem("", 0, quantity, f"no such quantity{did_you_mean(quantity, QUANTITIES)}")])
    model: type[BaseModel] = Futures
    *above, last = quantity.split(".")
    for part in above:
        kind = model.model_fields[part].annotation
        # a subsidy may be missing: the type is a union with None
        model = next(one for one in (kind, *get_args(kind)) if isinstance(one, type) and issubclass(one, BaseModel))
    return next(one for one in model.model_fields[last].metadata if isinstance(one, Unit))


def correlation_matrix(futures: Futures, names: tuple[str, ...]) -> Floats:
    """Return the declared correlations among some names, 0 where nothing is said. Shape (names, names)."""
    matrix = np.eye(len(names))
    for one in futures.correlations:
        if set(one.between) <= set(names):
            first, second = (names.index(name) for name in one.between)
            matrix[first, second] = matrix[second, first] = one.rho
    return matrix


def faults_of_futures(futures: Futures) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield what the parts of futures have against each other: (where, what)."""
    for place, name in enumerate(futures.lognormal):
        if name not in QUANTITIES:
            yield ("lognormal", place), f"no such quantity '{name}'{did_you_mean(name, QUANTITIES)}"
        elif futures.range(name)[0] <= 0:
            text = (
                f"'{name}' can be {futures.range(name)[0]:g}, which has no logarithm; raise its low or take it out here"
            )
            yield ("lognormal", place), text
    for name, (low, high) in futures._ranges.items():
        if not low <= futures.value(name) <= high:
            yield tuple(name.split(".")), f"{futures.value(name):g} is not within {low:g} and {high:g}"
    yield from _faults_of_correlations(futures)


def _faults_of_correlations(futures: Futures) -> Iterator[tuple[tuple[str | int, ...], str]]:
    seen: set[frozenset[str]] = set()
    for place, one in enumerate(futures.correlations):
        pair = frozenset(one.between)
        unknown = [name for name in one.between if name not in QUANTITIES and name not in SHOCKS]
        for name in unknown:
            cure = did_you_mean(name, (*QUANTITIES, *SHOCKS))
            yield ("correlations", place, "between"), f"no such quantity or shock '{name}'{cure}"
        if not unknown and len(pair & set(SHOCKS)) == 1:
            text = "one is drawn once and one every month, expected two quantities or two shocks"
            yield ("correlations", place, "between"), text
        if len(pair) == 1:
            yield ("correlations", place, "between"), "a quantity goes with itself anyway, expected two"
        elif pair in seen:
            yield ("correlations", place, "between"), f"{' and '.join(one.between)} stand here twice; take one out"
        seen.add(pair)
    for names in (QUANTITIES, SHOCKS):
        least = float(np.linalg.eigvalsh(correlation_matrix(futures, names))[0])
        if least < -_ROUNDING:
            most = 1 / (1 - least)
            text = (
                f"they contradict each other (smallest eigenvalue {least:.3g}), expected a positive semidefinite "
                f"matrix; multiplied by {int(most * 1000) / 1000:g} or less they would agree"
            )
            yield ("correlations",), text


def refuse(faults: Iterator[tuple[tuple[str | int, ...], str]]) -> None:
    """Raise all faults of futures that come from Python.

    Raises:
        InputError: there is one.
    """
    problems = [Problem("", 0, ".".join(map(str, path)), text) for path, text in faults]
    if problems:
        raise InputError(problems)
