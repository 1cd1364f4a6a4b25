"""Pictures of a coater's loading: a roll before and after, the spectrum, and the controllers side by side."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from twin.report.style import BLUE, GREEN, INK, ORANGE, PINK, SKY, SOFT, VERMILLION, bars, blank, draw, number, save

_LINES = (BLUE, ORANGE, GREEN, PINK, SKY)


def draw_study(found: Mapping[str, Any], tried: Mapping[str, Any], folder: Path) -> None:
    """Write the pictures of a comparison of controllers.

    Args:
        found: what is in ``control.json``.
        tried: each strategy with ``shown``, ``power`` and its ``loop``; without control it is called "open".
        folder: where they go.
    """
    for name, drawing in (("roll", roll), ("spectrum", spectrum), ("lost", lost)):
        save(draw(drawing, found, tried), folder, name)


def _told(found: Mapping[str, Any]) -> list[str]:
    """Return the strategies that are drawn as lines: the reference, and the one that loses least."""
    by_name = found["strategies"]
    best = min(by_name, key=lambda name: float(by_name[name]["cells_lost_per_gwh"]))
    return [name for name in dict.fromkeys([found["reference"], best]) if name != "open"]


def roll(found: Mapping[str, Any], tried: Mapping[str, Any]) -> Any:
    """Draw the loading along one roll, without control and with it."""
    figure, axis = blank(3.4)
    tolerance = 100 * tried["open"].loop.tolerance.mean
    axis.axhspan(-tolerance, tolerance, color="#eef3f8", lw=0, zorder=0)
    for color, name in zip((SOFT, *_LINES), ["open", *_told(found)], strict=False):
        web = 100 * _smooth(tried[name].shown, tried[name].loop.tolerance.over)
        axis.plot(np.arange(len(web)), web, color=color, lw=0.7, label="without control" if name == "open" else name)
    axis.set_xlim(0, len(tried["open"].shown))
    axis.set_xlabel(f"web [m]; shaded: tolerance of ± {tolerance:.3g} %")
    axis.set_ylabel("loading error [%], mean over a cell")
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=3, handlelength=1.2, columnspacing=1.2)
    return figure


def _smooth(web: Any, over: float) -> Any:
    """Return the moving mean over a cell's piece of web."""
    size = max(1, round(over))
    return np.convolve(web, np.ones(size) / size, "valid")


def spectrum(found: Mapping[str, Any], tried: Mapping[str, Any]) -> Any:
    """Draw which lengths of web the error comes from: a step of the axis that is as wide holds as much variance."""
    figure, axis = blank(3.4)
    for color, name in zip((SOFT, *_LINES), ["open", *_told(found)], strict=False):
        waves, density = _by_length(tried[name].power)
        axis.plot(waves, 1e4 * density, color=color, lw=1.4, label="without control" if name == "open" else name)
    gauge = tried["open"].loop.gauges[tried["open"].loop.gauge].distance
    axis.axvline(gauge, color=VERMILLION, lw=1, ls=":")
    axis.annotate("gauge", (gauge, 0.97), (4, 0), ("data", "axes fraction"), "offset points", color=INK, va="top")
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.grid(True, which="major")
    axis.set_xlabel("wave length [m]")
    axis.set_ylabel("variance by e-fold of length [%²]")
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=3, handlelength=1.2, columnspacing=1.2)
    return figure


def _by_length(power: Any) -> tuple[Any, Any]:
    """Return wave lengths [m], and variance by logarithm of wave length, averaged over even steps of it."""
    size = 2 * (len(power) - 1)
    wave = np.arange(1, len(power)) / size
    density = power[1:] * wave
    place = np.floor(np.log(wave / wave[0]) * 6).astype(int)
    count = np.bincount(place)
    there = count > 0
    mean = [np.bincount(place, values)[there] / count[there] for values in (1 / wave, density)]
    return mean[0], mean[1]


def lost(found: Mapping[str, Any], tried: Mapping[str, Any]) -> Any:
    """Draw how many cells are lost with each strategy, and how sure its difference to the reference is."""
    by_name, reference = found["strategies"], found["reference"]
    names = sorted(by_name, key=lambda name: float(by_name[name]["cells_lost_per_gwh"]))
    figure, axis = bars(0.25, names, 0.75)
    level = by_name[reference]["cells_lost_per_gwh"]
    for place, name in enumerate(names):
        value, apart = by_name[name]["cells_lost_per_gwh"], by_name[name]["difference"]["cells_lost_per_gwh"]
        low, high = (max(level + apart[end], 1.0) for end in ("low", "high"))
        axis.plot([low, high], [place, place], color=SOFT, lw=1.4)
        axis.plot([max(value, 1.0)], [place], "o", color=VERMILLION if name == reference else BLUE, ms=5)
        axis.annotate(number(value), (high, place), (6, 0), textcoords="offset points", va="center", fontsize=8.5)
    axis.set_xscale("log")
    axis.margins(x=0.16)
    axis.set_xlabel(f"cells lost per GWh; lines: 95 % of the difference to {reference}")
    return figure
