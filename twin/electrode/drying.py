"""Drying of the coating: solvent leaves, binder goes with it if it leaves too fast."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from twin.declared import Declared
from twin.electrode.web import mean_loading
from twin.material import Electrode, Slurry
from twin.occasion import Born, Occasion
from twin.units import (
    ArealMass,
    Flux,
    ForcePerLength,
    Fraction,
    Kelvins,
    Metres,
    PerKelvin,
    Positive,
    Temperature,
)

DELAMINATION, RESIDUE = "delamination_poor_adhesion_binder_migration", "residual_solvent_or_moisture_high"


class Dried(NamedTuple):
    """A roll as it leaves the dryer.

    Attributes:
        residual_solvent: solvent left in the dry coating [kg/kg].
        adhesion: peel strength [N/m].
        cracks: share of the coating that is cracked [-].
    """

    residual_solvent: float
    adhesion: float
    cracks: float


class Dryer(Declared):
    """The dryer of a coater; both sides dry alike.

    Attributes:
        length: length of the dryer [m].
        temperature: temperature of the air [K].
        temperature_sd: spread of what the web feels of it between rolls [K].
        rate: drying rate of one side at ``rate_temperature`` while its surface is wet [kg/(m^2 s)].
        rate_temperature: temperature that this rate is known for [K].
        sensitivity: relative growth of the rate with temperature [1/K].
        falling: share of the solvent that leaves after the surface has dried, at a falling rate [-].
        residual_limit: solvent that may be left [kg/kg].
        adhesion: peel strength when the binder stays where it was [N/m].
        adhesion_sd: spread of that between rolls [-].
        adhesion_limit: least peel strength [N/m].
        migration_rate: drying rate that halves the peel strength of a coating of ``migration_loading`` [kg/(m^2 s)].
        migration_loading: dry coating on one side that this rate is known for [kg/m^2].
        crack_loading: dry coating on one side of which half cracks when dried at ``migration_rate`` [kg/m^2].
        crack_spread: relative distance from it in which cracks become fewer by a factor e [-].
        crack_power: power with which the cracking loading falls when it dries faster [-].
        ambient: temperature of the fresh air [K].
        energy_temperature: temperature of the dryer's air that the station's energy is declared for [K].
    """

    length: Metres
    temperature: Temperature
    temperature_sd: Kelvins
    rate: Flux
    rate_temperature: Temperature
    sensitivity: PerKelvin
    falling: Fraction
    residual_limit: Fraction
    adhesion: ForcePerLength
    adhesion_sd: Fraction
    adhesion_limit: ForcePerLength
    migration_rate: Flux
    migration_loading: ArealMass
    crack_loading: ArealMass
    crack_spread: Positive
    crack_power: Fraction
    ambient: Temperature
    energy_temperature: Temperature

    @property
    def heating(self) -> float:
        """Heat that drying takes relative to the station's energy as declared [-]."""
        return heat_of_drying(1.0, self.temperature, self.energy_temperature, 1.0, self.ambient)

    def dry(
        self, slurry: Slurry, rolls: Sequence[Electrode], areal: float, speed: float, at: Occasion
    ) -> Iterator[Born]:
        """Yield the rolls of a batch that dried badly, and note in each how it dried.

        Args:
            slurry: the batch.
            rolls: what it was coated to.
            areal: dry coating on one side as designed [kg/m^2].
            speed: web speed [m/s].
            at: the occasion.
        """
        drawn = at.luck.normal("dryer", at.lot, 2 * len(rolls)).tolist()
        solids = slurry.state["solids_fraction"]
        for place, roll in enumerate(rolls):
            dried = self.dried(areal * mean_loading(roll), solids, speed, drawn[2 * place], drawn[2 * place + 1])
            residue, adhesion, roll.state["cracks"] = dried
            roll.state["residual_solvent"], roll.state["adhesion"] = residue, adhesion
            if residue > self.residual_limit:
                yield Born(RESIDUE, whole=True, output=place)
            if adhesion < self.adhesion_limit:
                yield Born(DELAMINATION, whole=True, output=place)

    def dried(self, areal: float, solids: float, speed: float, warmer: float, tougher: float) -> Dried:
        """Return how a roll dries.

        Args:
            areal: dry coating on one side [kg/m^2].
            solids: dry matter in the slurry [kg/kg].
            speed: web speed [m/s].
            warmer: standard normal number for what the web feels of the temperature.
            tougher: the same for its peel strength.
        """
        felt = self.temperature + self.temperature_sd * warmer
        rate = drying_rate(felt, self.rate, self.rate_temperature, self.sensitivity)
        residue = residual_solvent(solvent_load(areal, solids), rate, self.length / speed, self.falling)
        cracks = crack_share(areal, rate, self.crack_loading, self.migration_rate, self.crack_spread, self.crack_power)
        held = peel_strength(rate * areal / self.migration_loading, self.adhesion, self.migration_rate)
        # a cracked coating does not hold
        return Dried(residue / areal, held * (1 - cracks) * math.exp(self.adhesion_sd * tougher), cracks)


def solvent_load(areal: float, solids: float) -> float:
    """Return the solvent in the wet film, S = m (1-s)/s [kg/m^2], from the dry coating of one side [kg/m^2]."""
    return areal * ((1 - solids) / solids)


def drying_rate(temperature: float, rate: float, reference: float, sensitivity: float) -> float:
    """Return the drying rate of a wet surface, r = r0 exp(b (T-T0)) [kg/(m^2 s)]; valid some 40 K around T0.

    Args:
        temperature: air temperature T [K].
        rate: rate r0 at the reference [kg/(m^2 s)].
        reference: its temperature T0 [K].
        sensitivity: b [1/K].
    """
    return rate * math.exp(sensitivity * (temperature - reference))


def residual_solvent(load: float, rate: float, time: float, falling: float) -> float:
    """Return the solvent that is left after some time in the dryer [kg/m^2].

    At first the surface is wet and the rate constant: S - r t. When a share x of the solvent is left, the rate falls
    in proportion to what is left: S x exp(-(r t - S (1-x)) / (S x)).

    Args:
        load: solvent S in the wet film [kg/m^2].
        rate: drying rate r of the wet surface [kg/(m^2 s)].
        time: time t in the dryer [s].
        falling: share x that leaves at a falling rate [-]; 0 for none.

    Source: constant-rate and linear falling-rate period of drying, as in textbooks of drying.
    """
    gone = rate * time / load
    if falling <= 0:
        return load * max(1 - gone, 0.0)
    if gone < 1 - falling:
        return load * (1 - gone)
    return load * falling * math.exp((1 - falling - gone) / falling)


def peel_strength(rate: float, slow: float, halving: float) -> float:
    """Return the peel strength after binder migration, A0 / (1 + (r/rc)^1.5) [N/m].

    Args:
        rate: drying rate r, times the loading relative to that of ``halving`` [kg/(m^2 s)].
        slow: strength A0 after slow drying [N/m].
        halving: rate rc that halves it [kg/(m^2 s)].

    Source: fast drying brings binder to the surface (Font 2018); the form is an engineering default.
    """
    return slow / (1 + math.pow(rate / halving, 1.5))


def crack_share(areal: float, rate: float, loading: float, at_rate: float, spread: float, power: float) -> float:
    """Return the share of a coating that cracks, a logistic function of its loading [-].

    The critical loading falls with the drying rate as (r/rc)^-p.

    Args:
        areal: dry coating on one side [kg/m^2].
        rate: drying rate r [kg/(m^2 s)].
        loading: loading of which half cracks at ``at_rate`` [kg/m^2].
        at_rate: rate rc that this loading is known for [kg/(m^2 s)].
        spread: relative distance from it in which cracks become fewer by a factor e [-].
        power: p [-].
    """
    critical = loading * math.pow(rate / at_rate, -power)
    return 0.5 * (1 + math.tanh((areal / critical - 1) / (2 * spread)))


def heat_of_drying(load: float, temperature: float, reference: float, per_solvent: float, ambient: float) -> float:
    """Return the heat that drying takes, e S (T-Ta)/(T0-Ta): it grows with solvent and air temperature.

    Args:
        load: solvent that leaves S [kg, or kg/m^2].
        temperature: temperature of the air T [K].
        reference: temperature T0 that ``per_solvent`` is known for [K].
        per_solvent: heat per solvent e [J/kg].
        ambient: temperature Ta of the fresh air [K].
    """
    return per_solvent * load * (temperature - ambient) / (reference - ambient)
