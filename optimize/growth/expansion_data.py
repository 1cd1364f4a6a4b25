"""Every number that the expansion model sees, as plain arrays: when to add which line, run in which way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from optimize.growth.expansion_dues import Dues
from optimize.growth.expansion_outlook import Outlook
from optimize.growth.expansion_terms import Floats, OperatingPoint, Purse, Risk, fitted
from twin import InputError

# an option, the number of a line from 0, and the quarter in which it starts
Start = tuple[str, int, int]

_ROUNDING = 1e-9


@dataclass(frozen=True)
class ExpansionData:
    """One question of growth in numbers.

    One of the options is chosen for all lines.

    Attributes:
        quarters: of the horizon.
        options: operating points by name.
        outlook: futures.
        purse: money.
        risk: that is taken.
        most_lines: that may be built.
        least_lines: that must be built.
        gap: least quarters from one start to the next.
        together: whether all lines that are built start in the same quarter, as in a big bang.
        in_order: whether the j-th line is the j-th to be built; otherwise each may be built without the others.
        spared: variable cost of a good GWh that is not made because nobody wants it [MUSD/GWh]; none where what is not
            sold has been made.
        dues: tax and working capital.
    """

    quarters: int
    options: Mapping[str, OperatingPoint]
    outlook: Outlook
    purse: Purse
    risk: Risk = field(default_factory=Risk)
    most_lines: int = 1
    least_lines: int = 0
    gap: int = 0
    together: bool = False
    in_order: bool = True
    spared: float = 0.0
    dues: Dues = field(default_factory=Dues)

    def __post_init__(self) -> None:
        if self.quarters < 1:
            raise InputError(f"a horizon of {self.quarters} quarters, expected at least 1")
        if not self.options:
            raise InputError("no option is given, expected at least one operating point")
        if self.most_lines < 1 or not 0 <= self.least_lines <= self.most_lines:
            raise InputError(
                f"{self.least_lines} to {self.most_lines} lines, expected at least 1 at most, and no more at least"
            )
        if self.gap < 0:
            raise InputError(f"a gap of {self.gap} quarters between lines, expected at least 0")
        if self.together and (self.gap or not self.in_order):
            raise InputError("lines that start together are in order and have no gap; expected neither to be asked for")
        ramps = max(point.ramps for point in self.options.values())
        whole = {
            name: point.checked(name, ramps, self.most_lines, self.quarters, self.outlook.count)
            for name, point in self.options.items()
        }
        # frozen, but arrays may be given as one row for all
        object.__setattr__(self, "options", whole)
        object.__setattr__(self, "outlook", self.outlook.checked(ramps, self.quarters))
        object.__setattr__(self, "purse", self.purse.checked(self.outlook.count, self.quarters))
        self._check_lines()
        self._check_spared()
        for name, point in self.options.items():
            if not self.in_order and (point.opening.any() or point.upkeep.any()):
                raise InputError(f"'{name}' opens something before the first line, but lines come in no order")

    def _check_lines(self) -> None:
        needed = set(range(self.least_lines))
        able = {line for _, line, _ in self.starts}
        if len(able) < self.least_lines or (self.in_order and needed - able):
            line = min(needed - able)
            raise InputError(
                f"at least {self.least_lines} lines must be built, but line {line + 1} may start in no quarter under "
                "any option; give it one, or ask for fewer lines"
            )

    def _check_spared(self) -> None:
        fitted("spared cost", np.array(self.spared), "", ())
        for name, point in self.options.items():
            if np.any(self.spared * point.good > point.variable + _ROUNDING):
                raise InputError(
                    f"spared cost is {self.spared:g} MUSD/GWh, more than all that '{name}' takes for a good GWh, "
                    f"expected at most {np.min(point.variable[point.good > 0] / point.good[point.good > 0]):g}"
                )

    @property
    def ramps(self) -> int:
        """How many simulated ramps the options have."""
        return next(iter(self.options.values())).ramps

    @cached_property
    def starts(self) -> list[Start]:
        """Every start that is allowed."""
        return [
            (name, line, quarter)
            for name, point in self.options.items()
            for line, allowed in enumerate(point.starts)
            for quarter in sorted(allowed)
        ]

    @cached_property
    def weight(self) -> Floats:
        """What money of each quarter is worth today [-]. Shape (quarters,)."""
        return np.asarray((1 + self.purse.discount) ** -np.arange(self.quarters, dtype=np.float64))

    @cached_property
    def holding(self) -> Floats:
        """What a MUSD that is tied up at the end of each quarter costs today [-]. Shape (quarters,)."""
        weight = self.weight
        later = np.append(weight[1:], self.dues.terminal * weight[-1])
        return np.asarray(weight - later)

    @cached_property
    def priced(self) -> Floats:
        """What a GWh sold to a buyer is paid more than one sold to the next. Shape (buyers, futures, quarters).

        With ``sold[k]`` sold to buyer k and all before, revenue is ``sum_k priced[k] sold[k]`` [MUSD/GWh].
        """
        return self._by_step(self.outlook.price, 0.0)

    @cached_property
    def gained(self) -> Floats:
        """The same with penalties that are not paid, less the cost of a GWh that is not made if it is not sold."""
        return self._by_step(self.outlook.price + self.outlook.penalty, -self.spared)

    @cached_property
    def tying(self) -> list[Floats]:
        """What of a GWh sold is tied up at the end of its quarter and of later ones, one by one [MUSD/GWh].

        Shape (buyers, futures, quarters) each.
        """
        customers, stock = self.dues.customers, self.dues.stock
        shares = np.zeros((2, max(len(customers), len(stock))))
        shares[0, : len(customers)], shares[1, : len(stock)] = customers, stock
        return [self._by_step(paid * self.outlook.price, lies * self.spared) for paid, lies in shares.T]

    def _by_step(self, values: Floats, material: float) -> Floats:
        """Return values of buyers less those of the next one; material comes to the last. A GWh has both [MUSD/GWh]."""
        found = values.copy()
        found[:-1] -= values[1:]
        found[-1] += material * self.outlook.material
        for buyer in range(len(found) - 1, 0, -1):
            # up to a buyer who wants nothing no more is sold than to those before
            nothing = self.outlook.demand[buyer] <= 0
            found[buyer - 1] += np.where(nothing, found[buyer], 0.0)
            found[buyer] = np.where(nothing, 0.0, found[buyer])
        return found

    def risking(self, insolvency: float | None) -> ExpansionData:
        """Return the question with another allowed probability of insolvency."""
        return replace(self, risk=replace(self.risk, insolvency=insolvency))

    @property
    def able(self) -> list[str]:
        """Options under which as many lines may start as must be built."""
        lines = {
            name: {line for line, allowed in enumerate(one.starts) if allowed} for name, one in self.options.items()
        }
        first = set(range(self.least_lines))
        return [
            name for name, may in lines.items() if (first <= may if self.in_order else len(may) >= self.least_lines)
        ]

    def only(self, name: str) -> ExpansionData:
        """Return the question with one option left."""
        return replace(self, options={name: self.options[name]})

    def output(self, start: Start) -> Floats:
        """Return what a line that starts so makes [GWh per quarter]. Shape (ramps, quarters)."""
        name, line, quarter = start
        return self._from(quarter, self.options[name].good[:, line])

    def unspared(self, start: Start) -> Floats:
        """Return what is spent on material even if nothing is sold [MUSD per quarter]. Shape (ramps, quarters)."""
        name, line, quarter = start
        point = self.options[name]
        return self._from(quarter, point.variable[:, line] - self.spared * point.good[:, line])

    def running(self, start: Start) -> Floats:
        """Return what a line takes for its staff, the first one with upkeep [MUSD per quarter]. Shape (quarters,)."""
        name, line, quarter = start
        point = self.options[name]
        return self._from(quarter, point.staff[line]) + (point.upkeep if line == 0 else 0.0)

    def granted(self, start: Start) -> Floats:
        """Return the subsidy that a line brings, which is not taxed [MUSD per quarter]. Shape (quarters,)."""
        return self._from(self.committed(start), self.options[start[0]].subsidy[start[1]])

    def written(self, start: Start) -> Floats:
        """Return what is written down of a line, the first one with what was opened before, without overrun.

        Shape (quarters,) [MUSD per quarter].
        """
        name, line, quarter = start
        point, shares = self.options[name], self.dues.written(self.quarters)
        found = self._from(quarter, shares * float(point.capital[line]))
        return found + (self._from(point.opened, shares * float(point.opening.sum())) if line == 0 else 0.0)

    def due(self, start: Start) -> Floats:
        """Return the capital that falls due, for the first line with what is opened before, without overrun.

        Shape (quarters,) [MUSD per quarter].
        """
        paid = self._instalments(start) * float(self.options[start[0]].capital[start[1]])
        return paid + (self.options[start[0]].opening if start[1] == 0 else 0.0)

    def _instalments(self, start: Start) -> Floats:
        """Return the shares of a line's capital that fall due in the horizon. Shape (quarters,)."""
        point = self.options[start[0]]
        paid = np.zeros(self.quarters)
        first = self.committed(start)
        shares = point.payments[: self.quarters - first]
        paid[first : first + len(shares)] = shares
        return paid

    def left(self, start: Start) -> float:
        """Return what a line is worth at the end, less what is still to be paid for it, without overrun [MUSD]."""
        name, line, quarter = start
        point, worth, last = self.options[name], self.purse.salvage, self.quarters - 1
        unpaid = 1 - float(self._instalments(start).sum())
        found = float(point.capital[line]) * (float(worth[last - quarter]) - unpaid)
        return found + (float(point.opening.sum() * worth[last - point.opened]) if line == 0 else 0.0)

    def beyond(self, start: Start) -> Floats:
        """Return what the books say beyond the model, with the start of the first line [MUSD]. Shape (futures,)."""
        return self.options[start[0]].beyond * (start[1] == 0)

    def committed(self, start: Start) -> int:
        """Return the quarter of the first payment for a line that starts so."""
        return start[2] - self.options[start[0]].lead

    def most_output(self) -> Floats:
        """Return an output that no plan exceeds [GWh per quarter]. Shape (ramps, quarters)."""
        return np.asarray(np.max([self.most_of_lines(name).sum(axis=0) for name in self.options], axis=0))

    def most_of_lines(self, name: str) -> Floats:
        """Return the most that each line can make under an option [GWh per quarter]. Shape (lines, ramps, quarters)."""
        most = np.zeros((self.most_lines, self.ramps, self.quarters))
        for start in self.starts:
            if start[0] == name:
                most[start[1]] = np.maximum(most[start[1]], self.output(start))
        return most

    def _from(self, quarter: int, by_age: Floats) -> Floats:
        """Return values by age as values by quarter, nothing before the start."""
        found = np.zeros(by_age.shape)
        found[..., quarter:] = by_age[..., : self.quarters - quarter]
        return found
