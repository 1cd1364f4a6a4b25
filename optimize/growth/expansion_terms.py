"""What an expansion is made of: operating points of lines, money and the risk that is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from twin import InputError

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_ROUNDING = 1e-9


def nothing() -> Floats:
    """Return one row of nothing for all."""
    return np.zeros(1)


def fitted(what: str, value: Floats, axes: str, shape: Sequence[int], least: float | None = 0.0) -> Floats:
    """Return an array in the shape that is wanted, one row for all where it is the same for all.

    Args:
        what: for errors.
        value: to be checked.
        axes: what the shape is over, in words.
        shape: that is wanted.
        least: smallest value allowed; None for any.

    Raises:
        InputError: another shape, a value that is missing, infinite or too small.
    """
    found = np.asarray(value, np.float64)
    try:
        whole = np.broadcast_to(found, tuple(shape))
    except ValueError:
        raise InputError(f"{what} has shape {found.shape}, expected {tuple(shape)}: ({axes})") from None
    wrong = ~np.isfinite(whole) if least is None else ~(np.isfinite(whole) & (whole >= least))
    if wrong.any():
        place = tuple(int(index) for index in np.argwhere(wrong)[0])
        wanted = "a finite number" if least is None else f"a finite number of at least {least:g}"
        raise InputError(f"{what} is {whole[place]:g} at {place} of ({axes}), expected {wanted}")
    return whole


@dataclass(frozen=True)
class OperatingPoint:
    """A way to run and staff every line, as it was simulated: with so much control and so many engineers.

    Age 0 is the quarter in which a line starts. What may differ from one simulated ramp to another has one more axis in
    front, (ramps, lines, quarters).

    Attributes:
        good: made by the j-th line at an age [GWh per quarter]. Shape (lines, quarters).
        variable: materials and energy for what it starts, good or not [MUSD per quarter]. Shape (lines, quarters).
        capital: of each line [MUSD]. Shape (lines,).
        starts: quarters in which each line may start, one tuple a line; an empty one for a line that is never built.
        payments: shares of the capital that fall due, quarter by quarter.
        lead: how many quarters before the start the first of them does.
        fixed: people and engineers, from the quarter of the first payment on [MUSD per quarter]. Shape (quarters,).
        staff: of a line by its age, less what it brings beside its good cells [MUSD per quarter]. Shape (lines,
            quarters).
        subsidy: that a line brings, or what it is a share of, by the quarters since its first payment [MUSD per
            quarter]. Shape (lines, quarters).
        opening: capital that falls due whenever the first line is built, for something before it [MUSD per quarter].
            Shape (quarters,).
        upkeep: what running that takes, less what it brings [MUSD per quarter]. Shape (quarters,).
        beyond: what the books say of it beyond this model, counted in the value of plans that build the first line and
            nowhere else [MUSD]. Shape (futures,).
    """

    good: Floats
    variable: Floats
    capital: Floats
    starts: tuple[tuple[int, ...], ...]
    payments: tuple[float, ...] = (1.0,)
    lead: int = 0
    fixed: Floats = field(default_factory=nothing)
    staff: Floats = field(default_factory=nothing)
    subsidy: Floats = field(default_factory=nothing)
    opening: Floats = field(default_factory=nothing)
    upkeep: Floats = field(default_factory=nothing)
    beyond: Floats = field(default_factory=nothing)

    @property
    def opened(self) -> int:
        """The quarter of the last payment for what is opened before the lines; 0 without any."""
        return int(max(np.flatnonzero(self.opening), default=0))

    @property
    def ramps(self) -> int:
        """How many simulated ramps there are."""
        return max(len(values) if np.ndim(values) == 3 else 1 for values in (self.good, self.variable))

    def checked(self, name: str, ramps: int, lines: int, quarters: int, futures: int) -> OperatingPoint:
        """Return it with every array in full.

        Raises:
            InputError: something does not fit.
        """
        self._check_payments(name)
        self._check_starts(name, lines, quarters)
        axes, shape = "ramps, lines, quarters", (ramps, lines, quarters)
        return replace(
            self,
            good=fitted(f"'{name}': good", self.good, axes, shape),
            variable=fitted(f"'{name}': variable", self.variable, axes, shape),
            capital=fitted(f"'{name}': capital", self.capital, "lines", (lines,)),
            fixed=fitted(f"'{name}': fixed", self.fixed, "quarters", (quarters,)),
            staff=fitted(f"'{name}': staff", self.staff, "lines, quarters", shape[1:], least=None),
            subsidy=fitted(f"'{name}': subsidy", self.subsidy, "lines, quarters", shape[1:]),
            opening=fitted(f"'{name}': opening", self.opening, "quarters", (quarters,)),
            upkeep=fitted(f"'{name}': upkeep", self.upkeep, "quarters", (quarters,), least=None),
            beyond=fitted(f"'{name}': beyond", self.beyond, "futures", (futures,), least=None),
        )

    def _check_payments(self, name: str) -> None:
        if min(self.payments, default=0.0) < 0 or abs(sum(self.payments) - 1) > _ROUNDING:
            raise InputError(f"'{name}': payments are {self.payments}, expected shares of the capital that add up to 1")
        if self.lead < 0:
            raise InputError(f"'{name}': lead is {self.lead} quarters, expected at least 0")

    def _check_starts(self, name: str, lines: int, quarters: int) -> None:
        if len(self.starts) != lines:
            raise InputError(f"'{name}': starts are given for {len(self.starts)} lines, expected {lines}")
        for line, allowed in enumerate(self.starts):
            if len(set(allowed)) < len(allowed):
                raise InputError(f"'{name}': line {line + 1} may start in {allowed}, expected each quarter once")
            for quarter in allowed:
                if not self.lead <= quarter < quarters:
                    raise InputError(
                        f"'{name}': line {line + 1} may start in quarter {quarter}, expected {self.lead} to "
                        f"{quarters - 1}: its first payment is {self.lead} quarters before, and not before quarter 0"
                    )


@dataclass(frozen=True)
class Purse:
    """Money that there is, and what it costs.

    Attributes:
        cash: at the start [MUSD].
        funds: that owners pay in later [MUSD per quarter]. Shape (quarters,).
        debt_limit: most that can be owed at the end of each quarter [MUSD]. Shape (quarters,).
        interest: on what was owed at the end of the quarter before [1/quarter]. Shape (quarters,) or (futures,
            quarters).
        discount: of the net present value, the first quarter being today [1/quarter].
        salvage: what a line is worth at the end of the horizon by its age then, relative to its capital [-]. Shape
            (quarters,).
    """

    cash: float
    funds: Floats = field(default_factory=nothing)
    debt_limit: Floats = field(default_factory=nothing)
    interest: Floats = field(default_factory=nothing)
    discount: float = 0.0
    salvage: Floats = field(default_factory=nothing)

    def checked(self, futures: int, quarters: int) -> Purse:
        """Return it with every array in full.

        Raises:
            InputError: something does not fit.
        """
        shape = (quarters,)
        fitted("cash at the start", np.array(self.cash), "", ())
        fitted("discount per quarter", np.array(self.discount), "", ())
        return replace(
            self,
            funds=fitted("funds", self.funds, "quarters", shape),
            debt_limit=fitted("debt limit", self.debt_limit, "quarters", shape),
            interest=fitted("interest", self.interest, "futures, quarters", (futures, quarters)),
            salvage=fitted("salvage", self.salvage, "quarters", shape),
        )


@dataclass(frozen=True)
class Risk:
    """What may go wrong at most.

    A plant is insolvent in a future in which it owes more than the debt limit at the end of some quarter. Its headroom
    is cash and what may still be drawn.

    Attributes:
        insolvency: largest allowed probability of insolvency [-]; None for any.
        floor: least mean of the lowest headroom in the worst futures (conditional value at risk) [MUSD]; None for any.
        tail: share of the futures that are the worst ones [-].
    """

    insolvency: float | None = None
    floor: float | None = None
    tail: float = 0.05

    def __post_init__(self) -> None:
        if self.insolvency is not None and not 0 <= self.insolvency <= 1:
            raise InputError(f"allowed probability of insolvency is {self.insolvency:g}, expected 0 to 1")
        if not 0 < self.tail <= 1:
            raise InputError(f"share of the worst futures is {self.tail:g}, expected more than 0 and at most 1")
        if self.floor is not None and not np.isfinite(self.floor):
            raise InputError(f"least headroom is {self.floor:g} MUSD, expected a finite number")

    @property
    def in_words(self) -> list[str]:
        """Each limit that it sets, in words; none where anything may go wrong."""
        found = []
        if self.insolvency is not None and self.insolvency < 1:
            found.append(f"a probability of insolvency of at most {self.insolvency:.3g}")
        if self.floor is not None:
            worst = f"in the worst {self.tail:.3g} of the futures"
            found.append(f"a mean lowest headroom of at least {self.floor:,.4g} MUSD {worst}")
        return found
