"""Write `lines/cells/`: `python tests/reference/cells/regenerate.py nmc811 SAMPLE.csv`.

Takes a sample that `sample.py` made in PyBaMM, keeps its rows called "check" beside this file, and fits quadratics to
the rows called "fit". Needs PyBaMM for the open-circuit potentials.
"""

from __future__ import annotations

import argparse
import csv
from math import inf
from pathlib import Path

import numpy as np
from sample import CELLS, COLUMNS, RANGE, Sampled

HERE = Path(__file__).parent
LINES = HERE.parents[2] / "lines" / "cells"
ORDER = ("cathode_loading", "anode_loading", "lithium_loss", "cathode_porosity", "anode_porosity")
TITLES = {
    "nmc811": ("chen2020", "NMC811 against graphite with SiOx: the cell LG M50 of Chen2020"),
    "lfp": ("prada2013", "LFP against graphite: Prada2013, with the thicknesses of an energy cell"),
}
# largest error between two rows of a potential [V], or of stoichiometry where it is steep [-]
CLOSE, CLOSE_ACROSS = 3e-4, 3e-5
# below this the anode has plated for long; it falls too fast there for a quadratic [V]
PLATED = -0.06
# estimated doubt in what the cell was balanced with (relative charge of an electrode, stoichiometry as made), in what
# the cycler does [V], in porosity [-], and in resistance (relative)
CHARGE, LITHIATION, CYCLER, POROSITY, RESISTANCE = 0.02, 0.01, 0.005, 0.02, 0.3
AS_BALANCED = "range estimated from how capacities of one electrode repeat"
AS_CYCLED = "range estimated from how cyclers keep a voltage"
OF_FIT = "what the quadratics were fitted over"


def rows_of(sampled: Sampled, side: str) -> list[tuple[float, float]]:
    """Return as few rows of stoichiometry and potential as keep linear interpolation close."""
    s = np.concatenate([np.linspace(0.002, 0.02, 37)[:-1], np.linspace(0.02, 0.999, 980)])
    u = sampled.ocp(side, s)
    allowed = CLOSE + CLOSE_ACROSS * np.abs(np.gradient(u, s))
    keep, at = [0], 0
    while at < len(s) - 1:
        end = at + 1
        for after in range(at + 2, min(at + 200, len(s))):
            line = u[at] + (u[after] - u[at]) * (s[at : after + 1] - s[at]) / (s[after] - s[at])
            if (np.abs(line - u[at : after + 1]) > allowed[at : after + 1]).any():
                break
            end = after
        keep.append(end)
        at = end
    return [(float(s[one]), float(u[one])) for one in keep]


def fitted(z: np.ndarray, values: np.ndarray) -> list[list[float]]:
    """Return the six rows of a full quadratic over z = (1, inputs), by least squares."""
    pairs = [(i, j) for i in range(6) for j in range(i, 6)]
    terms = np.stack([z[:, i] * z[:, j] for i, j in pairs], axis=1)
    factors = dict(zip(pairs, np.linalg.lstsq(terms, values, rcond=None)[0], strict=True))
    print(f"  rms {np.std(terms @ np.array(list(factors.values())) - values):.2e}")
    return [[float(factors[i, j]) for j in range(i, 6)] for i in range(6)]


def text_of(name: str, sampled: Sampled, sample: list[dict[str, str]]) -> str:
    """Return the file of one chemistry."""
    source, title = TITLES[name]
    middle = {"cathode_loading": 1.0, "anode_loading": 1.0, "lithium_loss": CELLS[name]["lithium_loss"]}
    fit = [row for row in sample if row["use"] == "fit"]
    z = np.array([[1.0] + [(float(row[key]) - middle.get(key, 0.0)) / RANGE[key] for key in ORDER] for row in fit])
    column = {key: np.array([float(row[key]) for row in fit]) for key in COLUMNS}
    resistance = fitted(z, column["resistance"])
    nominal = resistance[0][0]
    sound = column["plating_margin"] > PLATED
    quadratics = {
        "rate_factor": fitted(z, column["third_c"] / column["equilibrium"]),
        "resistance_factor": [[one / nominal for one in row] for row in resistance],
        "plating_margin": fitted(z[sound], column["plating_margin"][sound]),
    }

    def number(value: float, within: float, unit: str = "", note: str = "range estimated", most: float = inf) -> str:
        unit, low, high = unit and f" {unit}", value - within, min(value + within, most)
        return (
            f"{{value: {value:.6g}{unit}, low: {low:.6g}, high: {high:.6g}, source: [{source}, est], "
            f"confidence: estimate, note: {note}}}"
        )

    def of_fit(value: float) -> str:
        return number(value, 0.0, note=OF_FIT)

    def table(rows: list[list[float]] | list[tuple[float, float]], digits: str) -> str:
        lines = "".join(f"        - [{', '.join(format(one, digits) for one in row)}]\n" for row in rows)
        return f"\n      source: [{source}, pybamm]\n      confidence: read\n      value:\n{lines}"

    ends, porosity = CELLS[name]["window"], sampled.porosity
    return "".join(
        [
            f"# {title}. Written by tests/reference/cells/regenerate.py.\n",
            "cell:\n  response:\n",
            *(
                f"    {side}_charge: {number(q, CHARGE * q, note=AS_BALANCED)}\n"
                for side, q in (
                    ("anode", sampled.charge["Negative"] / sampled.nominal),
                    ("cathode", sampled.charge["Positive"] / sampled.nominal),
                )
            ),
            f"    lithiation_made: {number(CELLS[name]['lithiation_made'], LITHIATION, note=AS_BALANCED, most=1.0)}\n",
            f"    lowest: {number(ends[0], CYCLER, 'V', AS_CYCLED)}\n",
            f"    highest: {number(ends[1], CYCLER, 'V', AS_CYCLED)}\n",
            f"    cathode_porosity: {number(porosity['Positive'], POROSITY)}\n",
            f"    anode_porosity: {number(porosity['Negative'], POROSITY)}\n",
            f"    resistance: {number(nominal * 1e4, RESISTANCE * nominal * 1e4, 'ohm*cm^2')}\n",
            "    reach:\n",
            f"      loading: {of_fit(RANGE['cathode_loading'])}\n",
            f"      porosity: {of_fit(RANGE['cathode_porosity'])}\n",
            f"      lithium_loss: {of_fit(RANGE['lithium_loss'])}\n",
            f"      lithium_loss_middle: {of_fit(middle['lithium_loss'])}\n",
            f"    # rows of stoichiometry and potential [V]; linear between them, to {1000 * CLOSE:g} mV\n",
            f"    anode_potential:{table(rows_of(sampled, 'Negative'), '.6g')}",
            f"    cathode_potential:{table(rows_of(sampled, 'Positive'), '.6g')}",
            "    # over 1, cathode loading, anode loading, lithium loss, cathode porosity, anode porosity: each row\n"
            "    # has the factors of one of them with itself and those after it\n",
            *(f"    {key}:{table(rows, '.4g' if key != 'rate_factor' else '.6g')}" for key, rows in quadratics.items()),
        ]
    )


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=CELLS)
    parser.add_argument("sample", type=Path)
    asked = parser.parse_args()
    with asked.sample.open(encoding="utf-8") as file:
        sample = list(csv.DictReader(file))
    LINES.mkdir(exist_ok=True)
    (LINES / f"{asked.name}.yaml").write_text(text_of(asked.name, Sampled(asked.name), sample), encoding="utf-8")
    with (HERE / f"{asked.name}.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n")
        rows.writeheader()
        rows.writerows(row for row in sample if row["use"] == "check")


if __name__ == "__main__":
    main()
