"""Calendering: the coating is pressed to its density."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from twin.declared import Declared, DeclaredStep
from twin.electrode.web import cut_off, stretches
from twin.machine_code import equation, loop
from twin.material import Electrode, Floats, Material
from twin.occasion import Born, Made, Occasion
from twin.units import Density, ForcePerLength, Fraction, Metres, PerForcePerLength, Seconds, Speed

Array = NDArray[np.floating]

OUT_OF_TOLERANCE, CORRUGATION = "calender_thickness_or_density_error", "electrode_corrugation_edge_wave_calender"


class Press(Declared):
    """How a coating yields to the rolls.

    Attributes:
        mode: "gap" keeps the thickness, so that density follows loading; "load" keeps the line load and with it the
            density, so that thickness follows loading.
        porosity: wanted, after springback [-].
        uncalendered: porosity before [-].
        densest: porosity that no line load gets below [-].
        resistance: line load that brings the porosity down to 1/e of the way [N/m].
        springback: relative growth of the thickness behind the rolls [-].
        solid_density: density of the coating without its pores [kg/m^3].
        segment_sd: spread of the thickness along the web, of both sides [m].
        profile_sd: spread of the thickness between lanes [m].
        thickness_limit: how far the thickness of both sides may be off [m].
        porosity_limit: how far the porosity may be off [-].
        elongation: elongation of the coated foil by line load [m/N].
        elongation_sd: spread of it along the web [-].
        elongation_limit: elongation from which the uncoated edge throws waves [-].
        feed_forward: share of a roll's measured loading error that its gap follows: 0 keeps the thickness of every
            roll, 1 its density [-].
    """

    mode: Literal["gap", "load"]
    porosity: Fraction
    uncalendered: Fraction
    densest: Fraction
    resistance: ForcePerLength
    springback: Fraction
    solid_density: Density
    segment_sd: Metres
    profile_sd: Metres
    thickness_limit: Metres
    porosity_limit: Fraction
    elongation: PerForcePerLength
    elongation_sd: Fraction
    elongation_limit: Fraction
    feed_forward: Fraction = 0.0

    def line_load(self, porosity: float) -> float:
        """Return the line load that gives a porosity after springback [N/m]."""
        return load_for(porosity, self.uncalendered, self.densest, self.resistance, self.springback)

    def gap(self, web: Electrode) -> float:
        """Return the gap for a roll relative to that for the design: its target, and what gauges reported of it [-]."""
        return web.target * (1 + self.feed_forward * (web.measured.get("loading", 1.0) - 1))

    def pressed(self, areal: float, loading: Floats, errors: Floats, gap: float = 1.0) -> tuple[Floats, Floats]:
        """Return thickness of both sides [m] and porosity [-] of a web. Each of shape (segments, lanes).

        Args:
            areal: dry coating on both sides as designed [kg/m^2].
            loading: relative to it [-]. Shape (segments, lanes).
            errors: relative errors of the thickness [-]. Shape (segments, lanes).
            gap: gap relative to that for the loading as designed [-].
        """
        thickness, porosity = np.empty(loading.shape, np.float32), np.empty(loading.shape, np.float32)
        set_to = gap * self.thickness(areal)
        _press(loading, errors, set_to, self.mode == "load", areal, self.solid_density, thickness, porosity)
        return thickness, porosity

    def thickness(self, areal: float) -> float:
        """Return the thickness of both sides as designed [m]."""
        return areal / (self.solid_density * (1 - self.porosity))


class Calendering(DeclaredStep):
    """A roll press.

    With ``press`` it leaves in a web "thickness" of the coating of both sides [m] and "porosity" [-], each of shape
    (segments, lanes), and the "line_load" [N/m] and "elongation" [-] of the whole web. Lengths of web are as pressed.

    Attributes:
        speed: web speed [m/s].
        passes: times each web runs through.
        roll_change: time that a roll change takes [s].
        threading: web scrapped at the start of each roll [m].
        start_stop: web scrapped at each stop [m].
        thickness_sd: spread of the thickness between rolls [-].
        press: how the coating yields; None when only the declared defect rates are known.
    """

    kind: Literal["calendering"]
    speed: Speed
    passes: int = Field(default=1, ge=1)
    roll_change: Seconds
    threading: Metres
    start_stop: Metres
    thickness_sd: Fraction
    press: Press | None = None

    unit: ClassVar[str] = "m"
    makes: ClassVar[str] = "m"
    grows: ClassVar[tuple[str, ...]] = ("roll_change", "threading")

    @property
    def explains(self) -> frozenset[str]:
        """Defect modes that come out of the press."""
        return frozenset((OUT_OF_TOLERANCE, CORRUGATION) if self.press is not None else ())

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return the time to press one roll [s]."""
        return inputs[0].units * self.passes / self.speed + self.roll_change

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Press one roll."""
        (roll,) = inputs
        assert isinstance(roll, Electrode)
        pressed, losses = cut_off(roll, self.threading, at.stops * self.start_stop)
        if pressed.length <= 0:
            return Made([], roll.length, roll.length, losses)
        drawn = at.luck.one("thickness", at.lot, np.random.Generator.standard_normal)
        pressed.state = {**roll.state, "thickness": 1 + self.thickness_sd * drawn}
        born = self._press(self.press, pressed, drawn, at) if self.press is not None else ()
        return Made([pressed], roll.length, roll.length, losses, born=born)

    def _press(self, press: Press, web: Electrode, drawn: float, at: Occasion) -> Sequence[Born]:
        """Press a web in place, and return where it is out of tolerance or waves."""
        assert at.product is not None
        areal = at.product.electrode(web.electrode).areal
        segments, lanes = web.loading.shape
        luck = at.luck.normal("press", at.lot, 2 * segments + lanes)
        wanted, errors = press.thickness(areal * web.target), np.empty((segments, lanes), np.float32)
        spreads = press.segment_sd / wanted, press.profile_sd / wanted
        _err(luck[:segments], luck[2 * segments :], *spreads, self.thickness_sd * drawn, errors)
        thickness, porosity = press.pressed(areal, web.loading, errors, press.gap(web))
        elongation = np.empty(segments, np.float32)
        yields = (press.uncalendered, press.densest, press.resistance, press.springback)
        stretch = (press.elongation, press.elongation_sd)
        load, mean, most = _stretch(porosity, luck[segments : 2 * segments], yields, stretch, elongation)
        state = web.state
        state["thickness"], state["porosity"], state["line_load"], state["elongation"] = thickness, porosity, load, mean
        born = []
        limits = (wanted, press.thickness_limit, press.porosity, press.porosity_limit)
        off = np.empty((segments, lanes), np.bool_)
        if _judge(thickness, porosity, limits, off):
            born.append(Born(OUT_OF_TOLERANCE, marks=stretches(off, web)))
        if most > press.elongation_limit:
            born.append(Born(CORRUGATION, marks=stretches(elongation > press.elongation_limit, web)))
        return [mode for mode in born if len(mode.marks)]


@loop
def _err(along: Floats, across: Floats, segment: float, lane: float, roll: float, errors: Floats) -> None:
    """Note the relative errors of the thickness: of the roll, its segments and its lanes."""
    for i in range(errors.shape[0]):
        for j in range(errors.shape[1]):
            errors[i, j] = roll + segment * along[i] + lane * across[j]


@loop
def _press(
    loading: Floats,
    errors: Floats,
    set_to: float,
    by_load: bool,
    areal: float,
    solid_density: float,
    thickness: Floats,
    porosity: Floats,
) -> None:
    """Press a web to a thickness, or to one that goes with its loading."""
    for i in range(loading.shape[0]):
        for j in range(loading.shape[1]):
            thickness[i, j] = set_to * (1 + errors[i, j]) * (loading[i, j] if by_load else 1.0)
            porosity[i, j] = porosity_of(areal * loading[i, j], thickness[i, j], solid_density)


@loop
def _stretch(
    porosity: Floats,
    drawn: Floats,
    yields: tuple[float, float, float, float],
    stretch: tuple[float, float],
    elongation: Floats,
) -> tuple[float, float, float]:
    """Note each segment's elongation; return the web's mean line load, and its mean and largest elongation."""
    loads, total, most = 0.0, 0.0, 0.0
    uncalendered, densest, resistance, springback = yields
    segments, lanes = porosity.shape
    for i in range(segments):
        mean = 0.0
        for j in range(lanes):
            mean += porosity[i, j] / lanes
        load = load_for(mean, uncalendered, densest, resistance, springback)
        elongation[i] = stretch[0] * load * (1 + stretch[1] * drawn[i])
        loads, total, most = loads + load, total + elongation[i], max(most, elongation[i])
    return loads / segments, total / segments, most


@loop
def _judge(
    thickness: Floats, porosity: Floats, limits: tuple[float, float, float, float], off: NDArray[np.bool_]
) -> bool:
    """Note where a web is out of its limits of thickness or porosity; return whether it is anywhere."""
    wanted, thickness_limit, usual, porosity_limit = limits
    bad = False
    for i in range(off.shape[0]):
        for j in range(off.shape[1]):
            too_thick = abs(thickness[i, j] - wanted) > thickness_limit
            off[i, j] = too_thick or abs(porosity[i, j] - usual) > porosity_limit
            bad |= off[i, j]
    return bad


def porosity_under(load: Array, uncalendered: float, densest: float, resistance: float) -> Array:
    """Return the porosity between the rolls, eps = eps_min + (eps0 - eps_min) exp(-q/gamma) [-].

    Args:
        load: line load q [N/m].
        uncalendered: porosity eps0 before [-].
        densest: porosity eps_min that no load gets below [-].
        resistance: gamma [N/m].

    Source: Meyer et al. 2017; their web speeds up to 5 m/min made no difference.
    """
    porosity: Array = densest + (uncalendered - densest) * np.exp(-load / resistance)
    return porosity


@equation
def load_for(porosity: float, uncalendered: float, densest: float, resistance: float, springback: float) -> float:
    """Return the line load for a porosity behind the rolls [N/m], the inverse of ``porosity_under`` between them.

    What is as dense as it gets is taken as a thousandth of the way above it.

    Args:
        porosity: wanted, after springback [-].
        uncalendered: porosity before [-].
        densest: porosity that no load gets below [-].
        resistance: gamma [N/m].
        springback: relative growth of the thickness behind the rolls [-].
    """
    under = 1 - (1 - porosity) * (1 + springback)
    way = (under - densest) / (uncalendered - densest)
    return -resistance * math.log(min(max(way, 1e-3), 1.0))


@equation
def porosity_of(areal: float, thickness: float, solid_density: float) -> float:
    """Return the porosity of a coating, 1 - m / (rho d) [-].

    Args:
        areal: dry coating m [kg/m^2].
        thickness: its thickness d [m].
        solid_density: density without pores rho [kg/m^3].
    """
    return 1 - areal / (thickness * solid_density)
