"""The Step protocol, and the catalogue of kinds in factory order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Protocol, get_args

from pydantic import Field

from twin.assembly.filling import Filling
from twin.assembly.joining import Joining
from twin.assembly.machines import Packaging, Testing
from twin.assembly.receiving import Receiving
from twin.assembly.stacking import Stacking, Winding
from twin.assembly.vacuum_drying import VacuumDrying
from twin.declared import Extras
from twin.electrode.calendering import Calendering
from twin.electrode.coating import Coating
from twin.electrode.mixing import Mixing
from twin.electrode.notching import Notching
from twin.electrode.slitting import Slitting
from twin.formation.ageing import Ageing
from twin.formation.charging import Formation
from twin.formation.degassing import Degassing
from twin.formation.grading import Grading
from twin.formation.soaking import Soaking
from twin.material import Material
from twin.occasion import Made, Occasion
from twin.timed import Timed


class Step(Protocol):
    """One transformation of material and the time it takes.

    A step is frozen: its parameters and its physics. It knows no clock, no queue and no other station.

    Attributes:
        kind: its name in the catalogue.
        merges: True when it needs several inboxes, False when it has one at most, None when either may be.
        begins: True when it makes lots of bought material, False when it needs an inbox, None when either may be.
        unit: unit in which what enters is counted: "lot", "kg", "m", "m**2" or "cell".
        makes: unit in which what leaves is counted.
        by_time: whether a turn takes as long however much is in the lot, as in a place of rest.
    """

    merges: ClassVar[bool | None]
    begins: ClassVar[bool | None]
    unit: ClassVar[str]
    makes: ClassVar[str]
    by_time: ClassVar[bool]

    @property
    def kind(self) -> str:
        """Name in the catalogue."""

    @property
    def explains(self) -> frozenset[str]:
        """Defect modes that come out of its physics; their declared rates are not used at its stations."""

    @property
    def extras(self) -> Extras:
        """What a server costs beyond the rows of the cost table."""

    @property
    def looks_at(self) -> float:
        """Share of the cells that the gauges of its station look at [-]."""

    @property
    def charging(self) -> float:
        """Electricity that it takes with its settings beyond what is declared, per energy of its cells [J/J]."""

    @property
    def heating(self) -> float:
        """Heat that it takes with its settings, relative to those that the station's energy is declared for [-]."""

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return how long one turn takes without failures [s]."""

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Transform the material of one turn."""


AnyStep = Annotated[
    Mixing
    | Coating
    | Calendering
    | Slitting
    | VacuumDrying
    | Notching
    | Receiving
    | Stacking
    | Winding
    | Joining
    | Packaging
    | Testing
    | Filling
    | Soaking
    | Formation
    | Degassing
    | Ageing
    | Grading
    | Timed,
    Field(discriminator="kind"),
]

CATALOGUE: dict[str, type[Step]] = {
    get_args(step.model_fields["kind"].annotation)[0]: step for step in get_args(get_args(AnyStep)[0])
}
