"""Mixing: powders, binder and solvent become a batch of slurry."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from twin.declared import Declared, DeclaredStep
from twin.material import Material, Slurry
from twin.occasion import Born, Loss, Made, Occasion
from twin.units import (
    Density,
    EnergyPerMass,
    Fraction,
    Kelvins,
    PerArea,
    PerKelvin,
    Positive,
    PowerPerMass,
    Seconds,
    Viscosity,
    Volume,
)

OUT_OF_SPEC = "slurry_out_of_spec_viscosity_or_solids"


class Rheology(Declared):
    """How a slurry flows, how batches differ, and what mixing leaves undispersed.

    Attributes:
        solvent_density: density of the solvent [kg/m^3].
        base_viscosity: viscosity of the binder solution [Pa s].
        packing: densest packing of the particles by volume [-].
        intrinsic: intrinsic viscosity of the particles [-].
        solids_sd: spread of the solids between batches [kg/kg].
        viscosity_sd: spread of the viscosity between batches at equal solids and temperature [-].
        temperature_sd: spread of the temperature between batches [K].
        temperature_sensitivity: relative fall of the viscosity with temperature [1/K].
        solids_limit: how far the solids may be off [kg/kg].
        viscosity_limit: how far the viscosity may be off [-].
        power: mixing power per dry matter [W/kg].
        power_sd: spread of that power between batches [-].
        dispersing_energy: energy that brings the agglomerates down to 1/e [J/kg].
        lumps: agglomerates in the coating if nothing was mixed [1/m^2].
        filter_pass: share of the agglomerates that the filter lets through [-].
    """

    solvent_density: Density
    base_viscosity: Viscosity
    packing: Fraction
    intrinsic: Positive
    solids_sd: Fraction
    viscosity_sd: Fraction
    temperature_sd: Kelvins
    temperature_sensitivity: PerKelvin
    solids_limit: Fraction
    viscosity_limit: Fraction
    power: PowerPerMass
    power_sd: Fraction
    dispersing_energy: EnergyPerMass
    lumps: PerArea
    filter_pass: Fraction

    def viscosity(self, solids: float, solid: float) -> float:
        """Return the viscosity at the temperature of the recipe [Pa s]."""
        phi = volume_fraction(solids, solid, self.solvent_density)
        return krieger_dougherty(phi, self.base_viscosity, self.packing, self.intrinsic)

    def batch(self, density: float, solids: float, time: float, drawn: Sequence[float]) -> dict[str, float]:
        """Return the true state of one batch.

        Args:
            density: density of the slurry as designed [kg/m^3].
            solids: its solids as designed [kg/kg].
            time: how long it is mixed [s].
            drawn: four standard normal numbers.
        """
        solid = solid_density(density, solids, self.solvent_density)
        true = solids + self.solids_sd * drawn[0]
        spread = self.viscosity_sd * drawn[1] - self.temperature_sensitivity * self.temperature_sd * drawn[2]
        energy = self.power * time * (1 + self.power_sd * drawn[3])
        return {
            "viscosity": self.viscosity(true, solid) * math.exp(spread),
            "solids_fraction": true,
            "density": slurry_density(true, solid, self.solvent_density),
            "agglomerates": self.filter_pass * agglomerates(energy, self.dispersing_energy, self.lumps),
        }

    def fails(self, state: dict[str, float], density: float, solids: float) -> bool:
        """Return whether a batch lies outside the window around the design."""
        wanted = self.viscosity(solids, solid_density(density, solids, self.solvent_density))
        off = abs(state["viscosity"] / wanted - 1)
        return off > self.viscosity_limit or abs(state["solids_fraction"] - solids) > self.solids_limit


class Mixing(DeclaredStep):
    """A batch mixer; the plant's release point for one electrode.

    With ``rheology`` it leaves in the slurry: "viscosity" [Pa s], "solids_fraction" [kg/kg], "density" [kg/m^3],
    "agglomerates" per area of coated web [1/m^2].

    Attributes:
        vessel: volume of the vessel [m^3].
        fill: how full it is filled [-].
        density: density of the slurry [kg/m^3].
        solids: mass of dry matter in the slurry [kg/kg].
        time: from charging to an empty vessel [s].
        residue: dry matter that stays in vessel, pipes and filters [kg/kg].
        offset_sd: spread between batches of the loading they give at equal settings, beyond that of density and
            solids [-].
        rheology: how it flows; None when only the declared defect rates are known.
    """

    kind: Literal["mixing"]
    electrode: Literal["cathode", "anode"]
    vessel: Volume
    fill: Fraction
    density: Density
    solids: Fraction
    time: Seconds
    residue: Fraction
    offset_sd: Fraction
    rheology: Rheology | None = None

    begins: ClassVar[bool | None] = True
    unit: ClassVar[str] = "kg"
    makes: ClassVar[str] = "kg"
    by_time: ClassVar[bool] = True
    grows: ClassVar[tuple[str, ...]] = ("vessel",)

    @property
    def explains(self) -> frozenset[str]:
        """Defect modes that come out of the rheology."""
        return frozenset({OUT_OF_SPEC} if self.rheology is not None else ())

    @property
    def batch(self) -> float:
        """Dry matter charged for one batch [kg]."""
        return self.vessel * self.fill * self.density * self.solids

    def seconds(self, inputs: Sequence[Material], at: Occasion) -> float:
        """Return the time one batch takes [s]."""
        return self.time

    def make(self, inputs: Sequence[Material], at: Occasion) -> Made:
        """Mix one batch."""
        lost = self.batch * self.residue
        offset = self.offset_sd * at.luck.one("offset", at.lot, np.random.Generator.standard_normal)
        slurry = Slurry(self.electrode, self.batch - lost, offset)
        born = []
        if self.rheology is not None:
            drawn = at.luck.normal("slurry", at.lot, 4).tolist()
            state = slurry.state = self.rheology.batch(self.density, self.solids, self.time, drawn)
            # the pump doses by volume, so more dry matter in a litre is more loading
            slurry.offset += state["density"] * state["solids_fraction"] / (self.density * self.solids) - 1
            if self.rheology.fails(state, self.density, self.solids):
                born.append(Born(OUT_OF_SPEC, whole=True))
        losses = [Loss("vessel_residue", lost, "kg", self.electrode, lost)]
        return Made([slurry], self.batch, self.batch, losses, born=born)


def solid_density(density: float, solids: float, solvent: float) -> float:
    """Return the density of the dry matter in a slurry [kg/m^3], volumes being additive.

    Args:
        density: density of the slurry [kg/m^3].
        solids: mass of dry matter in it [kg/kg], above 0.
        solvent: density of the solvent [kg/m^3].
    """
    return solids / (1 / density - (1 - solids) / solvent)


def slurry_density(solids: float, solid: float, solvent: float) -> float:
    """Return the density of a slurry [kg/m^3] from its solids [kg/kg] and the densities of its parts [kg/m^3]."""
    return 1 / (solids / solid + (1 - solids) / solvent)


def volume_fraction(solids: float, solid: float, solvent: float) -> float:
    """Return the volume of dry matter in a slurry, phi = (s/rs) / (s/rs + (1-s)/rl) [-]."""
    return solids / solid * slurry_density(solids, solid, solvent)


def krieger_dougherty(phi: float, base: float, packing: float, intrinsic: float) -> float:
    """Return the viscosity of a suspension, eta = eta_b (1 - phi/phi_m)^(-k phi_m) [Pa s].

    Args:
        phi: volume fraction of the particles [-].
        base: viscosity of what they float in [Pa s].
        packing: densest packing phi_m [-]; valid below it.
        intrinsic: intrinsic viscosity k, 2.5 for spheres [-].

    Source: Krieger and Dougherty 1959.
    """
    viscosity: float = base * max(1 - phi / packing, 1e-3) ** (-intrinsic * packing)
    return viscosity


def agglomerates(energy: float, scale: float, lumps: float) -> float:
    """Return the agglomerates that are left, n = n0 exp(-E/E0) [1/m^2].

    Args:
        energy: mixing energy E per dry matter [J/kg].
        scale: energy E0 that brings them down to 1/e [J/kg].
        lumps: agglomerates n0 when nothing is mixed [1/m^2].
    """
    return lumps * math.exp(-energy / scale)
