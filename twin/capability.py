"""Process capability: how the measured spread of each gauge compares with its limits, and its control chart."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.calendar import DAY
from twin.measured import Floats, Measured
from twin.quality.chart import shewhart
from twin.quality.gauge import Gauge
from twin.quality.properties import PROPERTIES

# points of a chart that a reader can still tell apart; more lots are drawn as means of neighbours
_POINTS = 120


def capability(measured: Measured) -> list[dict[str, Any]]:
    """Return what each gauge measured, in factory order.

    Spread within a lot, and in all. With limits of the product (L, U), without guard band::

        Cp = (U - L) / (6 sd_within)     Cpk = min(U - mean, mean - L) / (3 sd_within)
        Pp, Ppk: the same with the sd of all values

    Returns:
        One row for each gauge that measured something, values in the property's ``unit``. Cp and Pp need both limits,
        Cpk and Ppk one; else they are None.

    Source: ISO 22514-2.
    """
    rows = measured.measurements
    found = []
    for number, (station, name, gauge) in enumerate(measured.line.gauges):
        here = np.flatnonzero(rows["gauge"] == number)
        if not here.size:
            continue
        size, means, sds = (rows[column][here].astype(np.float64) for column in ("size", "mean", "sd"))
        total = size.sum()
        mean = float(size @ means / total)
        within = float(np.sqrt(size @ sds**2 / max(total - len(size), 1.0)))
        overall = float(np.sqrt(size @ (sds**2 + (means - mean) ** 2) / max(total - 1.0, 1.0)))
        kind = PROPERTIES[gauge.measures]
        found.append(
            {
                "station": station,
                "gauge": name,
                "measures": gauge.measures,
                "title": kind.title,
                "method": gauge.method,
                "unit": kind.shown,
                "lots": len(here),
                "values": float(total),
                "mean": mean * kind.scale,
                "sd_within": within * kind.scale,
                "sd": overall * kind.scale,
                "low": None if gauge.low is None else gauge.low.value * kind.scale,
                "high": None if gauge.high is None else gauge.high.value * kind.scale,
                "outside": float(rows["outside"][here].sum() / total),
                "cp": _cp(gauge, within),
                "cpk": _cpk(gauge, mean, within),
                "pp": _cp(gauge, overall),
                "ppk": _cpk(gauge, mean, overall),
                "alarms": int(np.count_nonzero(measured.alarms["gauge"] == number)),
            }
        )
    return found


def _cp(gauge: Gauge, sd: float) -> float | None:
    if gauge.low is None or gauge.high is None or sd <= 0:
        return None
    return (gauge.high.value - gauge.low.value) / (6 * sd)


def _cpk(gauge: Gauge, mean: float, sd: float) -> float | None:
    sides = []
    if gauge.low is not None:
        sides.append(mean - gauge.low.value)
    if gauge.high is not None:
        sides.append(gauge.high.value - mean)
    return min(sides) / (3 * sd) if sides and sd > 0 else None


def charts(measured: Measured) -> dict[str, dict[str, Any]]:
    """Return the control chart of each gauge's lot means, by "station.gauge".

    Means of neighbouring lots are drawn together until they are few enough to be seen; centre and limits are those of
    the points drawn, and an alarm is one of the Western Electric rules'.

    Returns:
        ``day``, ``mean`` and ``alarm`` of each point, ``centre`` and ``sd`` of the points, in the property's unit.
    """
    rows = measured.measurements
    found = {}
    for number, (station, name, gauge) in enumerate(measured.line.gauges):
        here = np.flatnonzero(rows["gauge"] == number)
        if here.size < 2:
            continue
        kind = PROPERTIES[gauge.measures]
        groups = np.array_split(here, min(_POINTS, here.size))
        mean = np.array([rows["mean"][group].mean() for group in groups]) * kind.scale
        days = np.array([rows["time"][group].mean() for group in groups]) / DAY - measured.first_day
        centre, sd = float(mean.mean()), float(mean.std(ddof=1))
        found[f"{station}.{name}"] = {
            "day": days.tolist(),
            "mean": mean.tolist(),
            "alarm": shewhart(_standardised(mean, centre, sd)).tolist(),
            "centre": centre,
            "sd": sd,
        }
    return found


def _standardised(values: Floats, centre: float, sd: float) -> Floats:
    return (values - centre) / sd if sd > 0 else np.zeros(len(values))
