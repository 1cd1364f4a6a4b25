"""The slot die: the window in which a film of slurry is whole, and what a film outside it looks like."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from twin.declared import Declared
from twin.electrode.web import mean_loading, scattered
from twin.material import Electrode, Slurry
from twin.occasion import Born, Occasion
from twin.units import ForcePerLength as SurfaceTension
from twin.units import Fraction, Metres, PerArea, PerLength, PerTime, Positive, Speed, Viscosity

AGGLOMERATES, PINHOLES, STREAKS = "agglomerates", "air_bubbles_pinholes", "line_defects_streaks"


class FilmFlaws(NamedTuple):
    """How often a film is flawed, in all lanes together [1/m]."""

    agglomerates: float
    pinholes: float
    streaks: float


class SlotDie(Declared):
    """A slot die.

    Attributes:
        gap: coating gap over the wet film that it is set for [-].
        surface_tension: of the slurry against air [N/m].
        thinnest: thinnest whole film over gap at high capillary numbers [-].
        growth: relative growth of the slurry's viscosity while it waits [1/s].
        entrainment_speed: speed from which a slurry of ``entrainment_viscosity`` drags air along [m/s].
        entrainment_viscosity: viscosity that this speed is known for [Pa s].
        window_spread: relative distance from the edge of the window in which flaws grow by a factor e [-].
        bubbles: pinholes from bubbles in the slurry, inside the window [1/m^2].
        entrained: pinholes far outside the window [1/m^2].
        streaks: streaks of a clean die [1/m].
        fouling: web after which a die makes twice the streaks of a clean one [m].
        sticking: share of the agglomerates that hang in the lip and draw a streak [-].
        ribbing: streaks far outside the window [1/m].
        streak_length: length of one streak [m].
    """

    gap: Positive
    surface_tension: SurfaceTension
    thinnest: Fraction
    growth: PerTime
    entrainment_speed: Speed
    entrainment_viscosity: Viscosity
    window_spread: Fraction
    bubbles: PerArea
    entrained: PerArea
    streaks: PerLength
    fouling: Metres
    sticking: Fraction
    ribbing: PerLength
    streak_length: Metres

    def margin(self, film: float, design: float, viscosity: float, speed: float) -> float:
        """Return how far a film is inside the coating window, relative to the closest of its edges [-].

        Args:
            film: thickness of the wet film [m].
            design: thickness that the gap is set for [m].
            viscosity: viscosity of the slurry when it is coated [Pa s].
            speed: web speed [m/s].
        """
        gap = self.gap * design
        thinnest = least_film(gap, capillary_number(viscosity, speed, self.surface_tension), self.thinnest)
        fastest = self.entrainment_speed * slower_with(viscosity, self.entrainment_viscosity)
        return min(film / thinnest - 1, gap / film - 1, fastest / speed - 1)

    def rates(self, margin: float, agglomerates: float, width: float, use: float) -> FilmFlaws:
        """Return how often the film is flawed.

        Args:
            margin: distance to the edge of the coating window [-].
            agglomerates: agglomerates in the coating [1/m^2].
            width: coated width [m].
            use: web coated since the die was cleaned [m].
        """
        outside = logistic(-margin / self.window_spread)
        lumps = agglomerates * width
        streaks = self.streaks * (1 + use / self.fouling) + self.sticking * lumps + self.ribbing * outside
        return FilmFlaws(lumps * (1 - self.sticking), (self.bubbles + self.entrained * outside) * width, streaks)

    def coat(
        self, slurry: Slurry, rolls: Sequence[Electrode], areal: float, speed: float, at: Occasion
    ) -> Iterator[Born]:
        """Yield the flaws that the film of a batch brings into its rolls, and note its thickness in them.

        Args:
            slurry: the batch.
            rolls: what it was coated to, of one length.
            areal: dry coating on one side as designed [kg/m^2].
            speed: web speed [m/s].
            at: the occasion.
        """
        state, length = slurry.state, rolls[0].length
        design = wet_film(areal, state["density"], state["solids_fraction"])
        film = design * sum(mean_loading(roll) for roll in rolls) / len(rolls)
        margin = self.margin(film, design, state["viscosity"] * (1 + self.growth * at.age), speed)
        rates = self.rates(margin, state["agglomerates"], rolls[0].width, at.use)
        for roll in rolls:
            roll.state["wet_film"] = film
        extents = (0.0, 0.0, self.streak_length)
        for mode, rate, extent in zip((AGGLOMERATES, PINHOLES, STREAKS), rates, extents, strict=True):
            along, across = scattered(mode, at, rate, length * len(rolls), rolls[0].lanes)
            if not len(along):
                continue
            marks = np.column_stack([along, np.full(len(along), extent), across])
            if len(rolls) == 1:
                yield Born(mode, marks=marks)
                continue
            outputs = np.minimum(along // length, len(rolls) - 1)
            marks[:, 0] -= outputs * length
            for output in range(len(rolls)):
                if (here := outputs == output).any():
                    yield Born(mode, marks=marks[here], output=output)


def wet_film(areal: float, density: float, solids: float) -> float:
    """Return the thickness of the wet film, h = m / (rho s) [m].

    Args:
        areal: dry coating on one side m [kg/m^2].
        density: density of the slurry rho [kg/m^3].
        solids: dry matter in it s [kg/kg].
    """
    return areal / (density * solids)


def capillary_number(viscosity: float, speed: float, tension: float) -> float:
    """Return the capillary number, Ca = eta v / sigma [-]."""
    return viscosity * speed / tension


def least_film(gap: float, capillary: float, thinnest: float) -> float:
    """Return the thinnest film that stays whole, gap min(1 / (1 + 2 (0.65/Ca)^(2/3)), cap) [m].

    The first part is the low-flow limit: below it the downstream meniscus no longer bridges the gap. It is known
    up to capillary numbers of about one; the cap stands in for it beyond.

    Args:
        gap: coating gap [m].
        capillary: capillary number [-].
        thinnest: the cap [-].

    Source: low-flow limit of slot coating after Ruschak 1976 and Higgins and Scriven 1980.
    """
    low_flow: float = 1 / (1 + 2 * (0.65 / capillary) ** (2 / 3))
    return gap * min(low_flow, thinnest)


def slower_with(viscosity: float, reference: float) -> float:
    """Return by how much a viscous liquid drags air along earlier, (eta / eta_ref)^-0.67 [-].

    Source: the exponent of Gutoff and Kendrick 1982, dynamic contact angles on dry webs.
    """
    ratio: float = (viscosity / reference) ** -0.67
    return ratio


def logistic(x: float) -> float:
    """Return 1 / (1 + exp(-x)), safe for any x [-]."""
    return 0.5 * (1 + math.tanh(x / 2))
