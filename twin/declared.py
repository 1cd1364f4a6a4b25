"""What every declared object shares: frozen, complete, and deaf to keys it does not know."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict


class Declared(BaseModel):
    """Something a file declares and the simulator runs: one object, checked once, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Extras(NamedTuple):
    """What a server of a station costs beyond the rows of the cost table.

    Attributes:
        capital: installed [USD].
        upkeep: service and parts [USD/s].
    """

    capital: float = 0.0
    upkeep: float = 0.0


class DeclaredStep(Declared):
    """What the classes of steps share: a frozen object of parameters and physics.

    Attributes:
        merges: True when it needs several inboxes, False when it has one at most, None when either may be.
        begins: True when it makes lots of bought material, False when it needs an inbox, None when either may be.
        unit: unit in which what enters is counted: "lot", "kg", "m", "m**2" or "cell".
        makes: unit in which what leaves is counted.
        by_time: whether a turn takes as long however much is in the lot, as in a place of rest.
        grows: parameters that are k times as large where lots are: what is charged at once, and what each roll or
            lot takes.
    """

    merges: ClassVar[bool | None] = False
    begins: ClassVar[bool | None] = False
    unit: ClassVar[str] = "cell"
    makes: ClassVar[str] = "cell"
    by_time: ClassVar[bool] = False
    grows: ClassVar[tuple[str, ...]] = ()

    @property
    def explains(self) -> frozenset[str]:
        """Defect modes that come out of this step's physics; their declared rates are not used here."""
        return frozenset()

    @property
    def extras(self) -> Extras:
        """What a server costs beyond the rows of the cost table, such as its control."""
        return Extras()

    @property
    def looks_at(self) -> float:
        """Share of the cells that its gauges look at; the others pass by [-]."""
        return 1.0

    @property
    def charging(self) -> float:
        """Electricity that it takes with its settings beyond what is declared, per energy of its cells [J/J]."""
        return 0.0

    @property
    def heating(self) -> float:
        """Heat that it takes with its settings, relative to those that the station's energy is declared for [-]."""
        return 1.0
