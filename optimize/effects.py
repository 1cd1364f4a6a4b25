"""Responses as products and sums of chosen options, exact for yields that multiply along a route."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from math import prod

# which option of each group is chosen
Choice = Mapping[str, str]
ByOption = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Factor:
    """A response that each chosen option multiplies.

    Attributes:
        base: with options that change nothing.
        change: what an option multiplies it by, by group and option; groups that change nothing are left out [-].
    """

    base: float
    change: ByOption = field(default_factory=dict)

    def at(self, choice: Choice) -> float:
        """Return the response with some options chosen."""
        return self.base * prod(by[choice[group]] for group, by in self.change.items())

    def span(self, choice: Choice | None = None) -> tuple[float, float]:
        """Return the least and the most that the response can be when some options are chosen already."""
        fixed = choice or {}
        by = [[change[fixed[group]]] if group in fixed else change.values() for group, change in self.change.items()]
        return self.base * prod(map(min, by)), self.base * prod(map(max, by))

    def times(self, other: Factor) -> Factor:
        """Return the product of two responses."""
        change = {group: dict(by) for group, by in self.change.items()}
        for group, by in other.change.items():
            before = change.get(group, dict.fromkeys(by, 1.0))
            change[group] = {option: before[option] * more for option, more in by.items()}
        return Factor(self.base * other.base, change)

    def inverse(self) -> Factor:
        """Return one over it."""
        turned = {group: {option: 1 / by for option, by in change.items()} for group, change in self.change.items()}
        return Factor(1 / self.base, turned)

    def only(self, group: str, options: Collection[str]) -> Factor:
        """Return it with some options of a group left."""
        if group not in self.change:
            return self
        left = {option: by for option, by in self.change[group].items() if option in options}
        return replace(self, change={**self.change, group: left})

    def moved(self, choice: Choice, value: float) -> Factor:
        """Return it shifted as a whole so that it is ``value`` with some options chosen."""
        now = self.at(choice)
        return replace(self, base=self.base * value / now) if now else replace(self, base=value)


@dataclass(frozen=True)
class Sum:
    """An amount that each chosen option adds to.

    Attributes:
        base: with options that add nothing.
        added: what an option adds, by group and option; groups that add nothing are left out.
    """

    base: float = 0.0
    added: ByOption = field(default_factory=dict)

    def at(self, choice: Choice) -> float:
        """Return the amount with some options chosen."""
        return self.base + sum(by[choice[group]] for group, by in self.added.items())
