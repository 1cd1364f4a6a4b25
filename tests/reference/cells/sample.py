"""Sample cells in PyBaMM: `python tests/reference/cells/sample.py nmc811 OUT.csv --fit 160 --check 33`.

Needs PyBaMM, which is not one of gigatwin's requirements: `pip install pybamm` beside it. Each cell is a
Doyle-Fuller-Newman cell with loadings, porosities and lithium loss drawn over the valid range; it is discharged at C/3,
pulsed for 10 s and charged at 1C. `regenerate.py` fits `lines/cells/` to the rows called "fit"; tests compare the
twin with the rows called "check", which no fit has seen.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
import pybamm
from scipy.optimize import brentq
from scipy.stats import qmc

FARADAY = 96485.33212
# half widths of the sampled range: loadings [-], porosities [-], lithium loss as a fraction of the anode [-]
RANGE = {
    "cathode_loading": 0.08,
    "anode_loading": 0.08,
    "cathode_porosity": 0.05,
    "anode_porosity": 0.05,
    "lithium_loss": 0.04,
}
COLUMNS = [*RANGE, "equilibrium", "third_c", "resistance", "plating_margin"]

# Both are calendered to the porosities of the plants at constant solid volume. Chen2020 is the cell LG M50. Prada2013
# is a thin power cell, so thickness and solids are those of an energy cell of 2.8 mAh/cm2 (nominal, per area of one
# side); its open-circuit potentials, kinetics and transport stay.
CELLS = {
    "nmc811": {
        "set": "Chen2020",
        "window": (2.5, 4.2),
        "lithium_loss": 0.09,
        "lithiation_made": 0.925,
        "geometry": {},
        "porosity": {"Positive": 0.28, "Negative": 0.27},
        "nominal": 5.0 / (0.065 * 1.58),
    },
    "lfp": {
        "set": "Prada2013",
        "window": (2.0, 3.65),
        "lithium_loss": 0.075,
        "lithiation_made": 1.0,
        "geometry": {
            "Positive electrode thickness [m]": 94.5e-6,
            "Positive electrode active material volume fraction": 0.58,
            "Positive electrode porosity": 0.35,
            "Negative electrode thickness [m]": 72e-6,
            "Negative electrode active material volume fraction": 0.62,
            "Negative electrode porosity": 0.33,
        },
        "porosity": {"Positive": 0.27, "Negative": 0.27},
        "nominal": 28.0,
    },
}


class Sampled:
    """One chemistry in PyBaMM.

    Args:
        name: "nmc811" or "lfp".
    """

    def __init__(self, name: str) -> None:
        cell = CELLS[name]
        self.cell = cell
        self.values = pybamm.ParameterValues(cell["set"])
        self.values.update(cell["geometry"])
        self.area = self.values["Electrode height [m]"] * self.values["Electrode width [m]"]
        low, high = cell["window"]
        self.values.update(
            {
                "Nominal cell capacity [A.h]": cell["nominal"] * self.area,
                "Lower voltage cut-off [V]": low,
                "Upper voltage cut-off [V]": high,
                "Open-circuit voltage at 0% SOC [V]": low,
                "Open-circuit voltage at 100% SOC [V]": high,
            }
        )
        self.nominal = cell["nominal"] * self.area
        self.charge = {side: self._charge(side) for side in ("Negative", "Positive")}
        self.porosity = cell["porosity"]
        for side, porosity in self.porosity.items():
            self._calender(self.values, side, 1.0, porosity)

    @staticmethod
    def _calender(values: pybamm.ParameterValues, side: str, loading: float, porosity: float) -> None:
        """Give an electrode another loading and porosity; calendering keeps its solid volume. In place."""
        solid = (1 - porosity) / (1 - values[f"{side} electrode porosity"])
        thick = values[f"{side} electrode thickness [m]"] * loading / solid
        values.update(
            {
                f"{side} electrode thickness [m]": thick,
                _active(side): values[_active(side)] * solid,
                f"{side} electrode porosity": porosity,
            }
        )

    def _charge(self, side: str) -> float:
        """Return the charge that an electrode can hold [Ah]."""
        thick, active = self.values[f"{side} electrode thickness [m]"], self.values[_active(side)]
        return FARADAY * thick * active * self.values[_largest(side)] * self.area / 3600

    def ocp(self, side: str, stoichiometry: np.ndarray) -> np.ndarray:
        """Return the open-circuit potential of an electrode [V]."""
        function = self.values[f"{side} electrode OCP [V]"]
        return np.array([float(function(pybamm.Scalar(float(one))).evaluate()) for one in np.atleast_1d(stoichiometry)])

    def measured(self, at: dict[str, float]) -> dict[str, float]:
        """Return what PyBaMM finds for one cell: charges relative to nominal, ohm m^2 and V."""
        values, charge = self.values.copy(), {}
        for side, name in (("Negative", "anode"), ("Positive", "cathode")):
            loading = at[f"{name}_loading"]
            self._calender(values, side, loading, self.porosity[side] + at[f"{name}_porosity"])
            charge[side] = self.charge[side] * loading
        lithium = self.cell["lithiation_made"] * charge["Positive"] - at["lithium_loss"] * charge["Negative"]
        ends = [self._balance(charge, lithium, voltage) for voltage in self.cell["window"]]
        middle = (ends[0] + ends[1]) / 2
        full, half, empty = (self._at(values, charge, lithium, x) for x in (ends[1], middle, ends[0]))
        third = self._run(full, [f"Discharge at {self.nominal / 3} A until {self.cell['window'][0]} V"])
        pulse = self._run(half, [f"Discharge at {self.nominal} A for 10 seconds"])
        charged = self._run(empty, [f"Charge at {self.nominal} A until {self.cell['window'][1]} V"])
        rested = self.ocp("Positive", (lithium - middle * charge["Negative"]) / charge["Positive"]) - self.ocp(
            "Negative", middle
        )
        drop = float(rested[0]) - pulse["Voltage [V]"].entries[-1]
        margin = charged["Negative electrode surface potential difference at separator interface [V]"].entries.min()
        return {
            "equilibrium": (ends[1] - ends[0]) * charge["Negative"] / self.nominal,
            "third_c": third["Discharge capacity [A.h]"].entries[-1] / self.nominal,
            "resistance": drop / self.nominal * self.area,
            "plating_margin": float(margin),
        }

    def _balance(self, charge: dict[str, float], lithium: float, voltage: float) -> float:
        """Return the anode's stoichiometry at which the resting cell has a voltage.

        Raises:
            ValueError: the anode is full before that.
        """
        low, high = max(1e-6, (lithium - charge["Positive"]) / charge["Negative"] + 1e-6), 1 - 1e-6
        high = min(high, lithium / charge["Negative"] - 1e-6)

        def off(x: float) -> float:
            y = (lithium - x * charge["Negative"]) / charge["Positive"]
            return float(self.ocp("Positive", y)[0] - self.ocp("Negative", x)[0]) - voltage

        return float(brentq(off, low, high, xtol=1e-10))

    def _at(
        self, values: pybamm.ParameterValues, charge: dict[str, float], lithium: float, x: float
    ) -> pybamm.ParameterValues:
        """Return the parameters of a cell at rest at an anode stoichiometry."""
        values = values.copy()
        y = (lithium - x * charge["Negative"]) / charge["Positive"]
        for side, stoichiometry in (("Negative", x), ("Positive", y)):
            name = f"Initial concentration in {side.lower()} electrode [mol.m-3]"
            values.update({name: stoichiometry * values[_largest(side)]})
        return values

    def _run(self, values: pybamm.ParameterValues, steps: list[str]) -> pybamm.Solution:
        experiment = pybamm.Experiment(steps, period="5 seconds" if "seconds" in steps[0] else "2 minutes")
        solver = pybamm.IDAKLUSolver(rtol=1e-6, atol=1e-8)
        model = pybamm.lithium_ion.DFN()
        return pybamm.Simulation(model, parameter_values=values, experiment=experiment, solver=solver).solve()


def _active(side: str) -> str:
    return f"{side} electrode active material volume fraction"


def _largest(side: str) -> str:
    return f"Maximum concentration in {side.lower()} electrode [mol.m-3]"


def drawn(name: str, cells: int, seed: int) -> list[dict[str, float]]:
    """Return cells spread evenly over the valid range."""
    spread = qmc.Sobol(len(RANGE), seed=seed).random(cells) * 2 - 1
    middle = {"cathode_loading": 1.0, "anode_loading": 1.0, "lithium_loss": CELLS[name]["lithium_loss"]}
    return [
        {key: middle.get(key, 0.0) + half * float(one) for (key, half), one in zip(RANGE.items(), row, strict=True)}
        for row in spread
    ]


def main() -> None:
    """Sample and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=CELLS)
    parser.add_argument("out", type=Path)
    parser.add_argument("--fit", type=int, default=160)
    parser.add_argument("--check", type=int, default=40)
    asked = parser.parse_args()
    sampled = Sampled(asked.name)
    with asked.out.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, ["use", *COLUMNS], lineterminator="\n")
        rows.writeheader()
        for use, cells, seed in (("check", asked.check, 2), ("fit", asked.fit, 1)):
            for at in drawn(asked.name, cells, seed):
                try:
                    found = {**at, **sampled.measured(at)}
                except ValueError:
                    # more lithium than the anode takes: a cell that plates at rest is not sampled
                    continue
                rows.writerow({"use": use, **{key: f"{value:.7g}" for key, value in found.items()}})
                file.flush()


if __name__ == "__main__":
    main()
