"""What a back-test says, in words and in plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from optimize.past.backtest import Backtest, Posterior
from optimize.past.case import Known
from optimize.past.judging import SHARES, Band, Held
from optimize.past.reported import METRICS
from optimize.words import listed, number

_SIGNS = {"exact": "", "at_least": "at least ", "at_most": "at most "}


def as_data(found: Backtest) -> dict[str, Any]:
    """Return everything as plain data, for backtest.json."""
    return {
        "seed": found.seed,
        "draws": len(found.places),
        "calibration": _calibration(found.posterior),
        "cases": {
            known.case.name: {
                "title": known.name,
                "line": known.case.line,
                "points": [_point(known, held) for held in found.held[known.case.name]],
                "left_out": [_point(known, held) for held in found.left_out.get(known.case.name, ())],
                "bands_by_month": {
                    metric: [asdict(band) for band in found.bands(known.case.name, metric)]
                    for metric in metrics_of(known)
                },
            }
            for known in found.cases
        },
        "unexplained": list(unexplained(found)),
    }


def _calibration(posterior: Posterior) -> dict[str, Any]:
    return {
        "kept": posterior.kept,
        "effective": posterior.effective,
        "best_loss": posterior.best_loss,
        "loss": posterior.loss.tolist(),
        "weights": posterior.weights.tolist(),
        "parameters": {
            name: {path: asdict(band) for path, band in axes.items()} for name, axes in posterior.parameters.items()
        },
    }


def _point(known: Known, held: Held) -> dict[str, Any]:
    point, fact = held.fact.point, held.fact
    return {
        "date": point.date.isoformat(),
        "days_after_start": known.case.day(point.date),
        "metric": point.metric,
        "unit": METRICS[point.metric].unit,
        "reported": point.reported,
        "reported_low": fact.low,
        "reported_high": fact.high,
        "bound": point.bound,
        "source": list(fact.source),
        "confidence": fact.confidence,
        "note": fact.note,
        "predicted": asdict(held.band),
        "before_calibration": asdict(held.before),
        "calibrated": held.calibrated,
        "inside": held.inside,
        "inside_before": held.inside_before,
        "bands": {f"{share:g}": asdict(band) | {"inside": held.within(share)} for share, band in held.bands.items()},
    }


def metrics_of(known: Known) -> list[str]:
    """Return what was reported of a plant, each once."""
    return list(dict.fromkeys(point.metric for point in known.case.points))


def amount(metric: str, *values: float) -> list[str]:
    """Return values of a metric as people read them, in the size of the first one and with its unit or a letter."""
    if METRICS[metric].in_percent:
        return [f"{100 * value:.3g}" for value in values]
    size, letters = next(((size, letters) for size, letters in _SIZES if abs(values[0]) >= size), (1.0, ""))
    return [f"{number(value / size, 3)}{letters}" for value in values]


_SIZES = ((1e9, "bn"), (1e6, "M"), (1e3, "k"))


def unit(metric: str) -> str:
    """Return the unit in which a metric is read."""
    return "%" if METRICS[metric].in_percent else METRICS[metric].unit


def titled(metric: str) -> str:
    """Return what people call a metric, with its unit."""
    return f"{METRICS[metric].title} [{unit(metric)}]" if unit(metric) else METRICS[metric].title


def reported(held: Held) -> str:
    """Return what was reported, without its unit."""
    point = held.fact.point
    return _SIGNS[point.bound] + amount(point.metric, point.reported)[0]


def predicted(metric: str, band: Band) -> str:
    """Return a band, its middle first, without its unit."""
    middle, low, high = amount(metric, band.middle, band.low, band.high)
    return middle if low == high else f"{middle} ({low} to {high})"


def answer(found: Backtest) -> Iterator[str]:
    """Yield what came out, in sentences."""
    used = [held for of_case in found.held.values() for held in of_case if held.calibrated]
    others = [held for of_case in found.held.values() for held in of_case if not held.calibrated]
    for what, some in (("used to calibrate", used), ("that the calibration has not seen", others)):
        if some:
            yield f"Of {len(some)} reports {what}, {_inside(some)} {_verb(some)} in the band of nine in ten draws."
    left = [held for of_case in found.left_out.values() for held in of_case]
    if left:
        count = f"{_inside(left)} of {len(left)} {_verb(left)}"
        yield f"With each plant left out in turn, {count} in the band that the others predict."
        yield from _widths(left)
    before = sum(held.inside_before for held in (*used, *others))
    verb = "are" if before > 1 else "is"
    yield f"Before anything was calibrated, {before or 'none'} of {len(used) + len(others)} {verb} in the band."
    yield from _pressed(found)


def _widths(left: Sequence[Held]) -> Iterator[str]:
    """Say how much of that is owed to bands that are wide."""
    narrow, wide = (sum(held.within(share) for held in left) for share in (SHARES[0], SHARES[-1]))
    said = [f"{narrow} in bands of {100 * SHARES[0]:g} % of the draws, {wide} in bands of {100 * SHARES[-1]:g} %"]
    for percent, what in ((False, "a factor of {:.2g} for output"), (True, "{:.0f} points of per cent for shares")):
        widths = [held.width for held in left if METRICS[held.fact.point.metric].in_percent == percent]
        if widths:
            said.append(what.format(median(widths) * (100 if percent else 1)))
    yield f"{said[0]}; half of the bands are wider than {listed(said[1:])}."


def _inside(some: Sequence[Held]) -> str:
    return str(sum(held.inside for held in some) or "none")


def _verb(some: Sequence[Held]) -> str:
    return "are" if sum(held.inside for held in some) > 1 else "is"


def _pressed(found: Backtest) -> Iterator[str]:
    """Say where the reports push a parameter to an end of its range."""
    for parameter in found.setup.parameters:
        axis = parameter.axes[0]
        band = found.posterior.parameters[parameter.name][axis.path or parameter.name]
        # a quarter of the range, in logarithms, at either end
        for end, pressed in (("low", band.middle < axis.at(0.25)), ("high", band.middle > axis.at(0.75))):
            if pressed:
                yield f"The reports push {parameter.name} to the {end} end of the declared range."


def unexplained(found: Backtest) -> Iterator[str]:
    """Yield what the twin cannot explain: plant by plant, what lies outside its band, and on which side."""
    for known in found.cases:
        off = [held for held in found.held[known.case.name] if not held.inside]
        if off:
            yield f"Outside the band: {known.name}: {listed([_off(held) for held in off])}."


def _off(held: Held) -> str:
    point = held.fact.point
    above = held.band.low > held.fact.high
    nearest, side = (held.band.low, "at least") if above else (held.band.high, "at most")
    said, sign = amount(point.metric, nearest)[0], f" {unit(point.metric)}".rstrip()
    much = "too much" if above else "too little"
    title = METRICS[point.metric].title.lower()
    return f"{title} on {point.date} ({reported(held)}{sign} reported, {much} is predicted, {side} {said}{sign})"


def basis(found: Backtest) -> list[tuple[str, str]]:
    """Return what the back-test rests on: what, and how."""
    calibration, posterior = found.setup.calibration, found.posterior
    weights = listed([f"{weight:g} when {known}" for known, weight in calibration.weights.items()])
    return [
        ("draws", f"{len(found.places)} from the declared ranges, evenly in logarithms; seed {found.seed}"),
        (
            "kept",
            f"{posterior.kept} with the smallest loss, weighted: as much as {posterior.effective:.1f} equal ones",
        ),
        (
            "loss",
            "mean over plants of the weighted mean of squared errors in logarithms, of yields in those of their odds; "
            "none beyond a bound",
        ),
        ("weights", weights),
        ("plants", "as declared, without the ranges of what is not known for sure of them"),
        ("smallest loss", number(posterior.best_loss, 3)),
        ("mature lines", f"{calibration.days} days of each declared plant after {calibration.warmup} of warm-up"),
    ]


def ranges(found: Backtest) -> list[Mapping[str, str]]:
    """Return the calibrated numbers as rows: what, declared, calibrated."""
    rows: list[Mapping[str, str]] = []
    for parameter in found.setup.parameters:
        for axis in parameter.axes:
            band = found.posterior.parameters[parameter.name][axis.path or parameter.name]
            rows.append(
                {
                    "name": parameter.name,
                    "path": axis.path,
                    "unit": axis.unit,
                    "declared": f"{axis.value:g} ({axis.low:g} to {axis.high:g})",
                    "calibrated": f"{band.middle:.3g} ({band.low:.3g} to {band.high:.3g})",
                }
            )
    return rows
