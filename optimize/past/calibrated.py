"""Calibrated priors as a declared file, which a study can name: the middle of the kept draws, with their range."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimize.past.backtest import Backtest
from optimize.past.calibration import ENGINEERS

SOURCE = "gigatwin_backtest"


def calibrated_priors(found: Backtest) -> str:
    """Return a file that extends the priors with what reports leave of their ranges.

    How many engineers plants have had is no prior of learning; it stands in a remark.
    """
    kept, draws = found.posterior.kept, len(found.places)
    (engineers,) = found.posterior.parameters[ENGINEERS].values()
    lines = [
        f"# Written by 'gigatwin backtest --draws {draws} --seed {found.seed}': the middle of the {kept} draws that",
        "# come closest to what was reported of the plants used to calibrate, and the ends of nine in ten of them.",
        "# They belong together: whole draws stand below, as often as they weigh.",
        f"# Engineers that plants had by it: {engineers.middle:.2g} ({engineers.low:.2g} to {engineers.high:.2g}) for",
        "# each GWh a year.",
        "extends: priors.yaml",
        "name: calibrated",
        "title: Priors of learning, calibrated on real plants",
    ]
    return "\n".join([*lines, *_parts(found), *_draws(found)]) + "\n"


def _parts(found: Backtest) -> Iterator[str]:
    parts: dict[str, list[str]] = {}
    for parameter in found.setup.parameters:
        for axis in parameter.axes:
            if not axis.path:
                continue
            part, _, name = axis.path.partition(".")
            band = found.posterior.parameters[parameter.name][axis.path]
            value = f"{band.middle:.3g} {axis.unit}".strip()
            where = f"source: [{SOURCE}], confidence: estimate, note: {parameter.name}"
            parts.setdefault(part, []).append(
                f"  {name}: {{value: {value}, low: {band.low:.3g}, high: {band.high:.3g}, {where}}}"
            )
    for part, rows in parts.items():
        yield f"{part}:"
        yield from rows


def _draws(found: Backtest) -> Iterator[str]:
    """Yield the draws that were kept, whole, in the order of the first parameter."""
    weights = found.posterior.weights
    kept = [int(draw) for draw in np.argsort(found.places[:, 0], kind="stable") if weights[draw] > 0]
    yield "draws:"
    yield f"  weights: [{', '.join(f'{weights[draw]:.5f}' for draw in kept)}]"
    yield "  values:"
    for column, parameter in enumerate(found.setup.parameters):
        for axis in parameter.axes:
            if axis.path:
                values = ", ".join(f"{axis.at(float(found.places[draw, column])):.3g}" for draw in kept)
                yield f"    {axis.path}: [{values}]"
