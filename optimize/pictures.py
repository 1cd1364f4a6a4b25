"""Pictures of a plan and of a comparison, safe for the colour-blind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from optimize.comparison import Comparison
from optimize.figures import FIGURES, Interval
from optimize.refine import Plan

# Okabe and Ito's colours, told apart by every kind of colour vision
BLUE, ORANGE, GREEN, PINK, SKY, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#6b6b6b"
PLANT_COLOURS = (BLUE, ORANGE, GREEN, PINK, SKY, GREY)
# narrow enough to be read on a phone [in]
WIDTH = 6.2
_STYLE: dict[Any, Any] = {
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "svg.fonttype": "path",
    "svg.hashsalt": "gigatwin",
}


def draw(folder: Path, pictures: Mapping[str, Callable[[], Any]]) -> dict[str, str]:
    """Write pictures as PNG and SVG files.

    Args:
        folder: where to.
        pictures: what draws each, by name.

    Returns:
        The SVG of each, to stand in a page.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    with plt.rc_context(_STYLE):
        return {name: _save(drawn(), folder, name) for name, drawn in pictures.items()}


def draw_promise(plan: Plan) -> Any:
    """Draw what the model promised beside what the twin made, figure by figure."""
    assert plan.chosen is not None
    names = list(plan.chosen.predicted)
    figure, axes = _figure(WIDTH, 2.9, 1, len(names))
    for axis, name in zip(axes, names, strict=True):
        promised, made = plan.chosen.predicted[name], plan.chosen.simulated(name)
        axis.errorbar([1], [made.mean], _whiskers([made]), fmt="o", color=BLUE, capsize=6, ms=7)
        axis.errorbar([0], [promised.mean], _whiskers([promised]), fmt="D", color=ORANGE, mfc="white", mew=2, ms=8)
        values = [promised.low, promised.high, made.low, made.high]
        if name == "good_gwh_per_year" and plan.data.demand is not None:
            wanted = plan.question.gwh(plan.data.demand)
            axis.axhline(wanted, color=GREY, ls="--", lw=1)
            below = (0, 3) if made.mean < wanted else (0, -11)
            axis.annotate(
                "demand", (0.5, wanted), below, textcoords="offset points", color=GREY, ha="center", fontsize=9
            )
            values.append(wanted)
        _room(axis, values)
        axis.set_xlim(-0.6, 1.6)
        axis.set_xticks([0, 1], ["model", "twin"])
        axis.set_ylabel(f"{FIGURES[name].title} [{FIGURES[name].unit}]")
    return figure


def draw_servers(plan: Plan) -> Any:
    """Draw the machine counts: as the line declares them, and as the plan has them."""
    assert plan.chosen is not None
    chosen, line = plan.chosen.solution.servers, plan.question.line
    names = list(chosen)
    figure, axis = _figure(WIDTH, 0.9 + 0.27 * len(names), 1, 1)
    places = range(len(names))
    for place, name in enumerate(names):
        axis.plot([line.stations[name].servers, chosen[name]], [place, place], color="#c8c8c8", lw=3, zorder=1)
    declared = [line.stations[name].servers for name in names]
    axis.plot(declared, places, "o", color=GREY, mfc="white", mew=1.6, ms=9, label="as declared")
    axis.plot([chosen[name] for name in names], places, "s", color=BLUE, ms=5, label="in the plan")
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
    axis.set_yticks(list(places), [name.replace("_", " ") for name in names])
    axis.invert_yaxis()
    axis.set_xlim(left=0)
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.grid(axis="x", color="#e6e6e6")
    axis.set_axisbelow(True)
    axis.set_xlabel("servers [-]")
    return figure


def draw_figures(comparison: Comparison) -> Any:
    """Draw each headline figure, plant by plant, with its interval."""
    names, plants = list(comparison.values), comparison.plants
    figure, axes = _figure(WIDTH, len(names) * (0.75 + 0.27 * len(plants)), len(names), 1)
    for axis, name in zip(axes, names, strict=True):
        found = [comparison.mean(name, plant) for plant in plants]
        _bars(axis, plants, found, PLANT_COLOURS)
        axis.set_title(f"{FIGURES[name].title} [{FIGURES[name].unit}]")
        axis.set_xlim(0, max(interval.high for interval in found) * 1.22 or 1)
        _thousands(axis)
        for place, middle in enumerate(found):
            axis.text(middle.high, place, f"  {_text(middle.mean)}", va="center", fontsize=9)
    return figure


def draw_differences(comparison: Comparison) -> Any:
    """Draw how much more or less than the first plant each other one has, pair by pair with the same luck."""
    names, others = list(comparison.values), comparison.plants[1:]
    figure, axes = _figure(WIDTH, len(names) * (0.75 + 0.27 * len(others)), len(names), 1)
    for axis, name in zip(axes, names, strict=True):
        found = [comparison.difference(name, plant) for plant in others]
        for place, (middle, colour) in enumerate(zip(found, _colours(len(found), 1), strict=True)):
            axis.errorbar([middle.mean], [place], xerr=_whiskers([middle]), fmt="o", color=colour, capsize=5)
            axis.annotate(
                _text(middle.mean, "+"),
                (middle.mean, place),
                (0, 7),
                textcoords="offset points",
                ha="center",
                fontsize=9,
                # over the line at zero, not crossed by it
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            )
        axis.axvline(0, color=GREY, lw=1, zorder=0)
        _room(axis, [0.0, *(edge for middle in found for edge in (middle.low, middle.high))], "x")
        _thousands(axis)
        axis.set_ylim(len(others) - 0.4, -0.9)
        axis.set_yticks(range(len(others)), others)
        axis.set_title(f"{FIGURES[name].title}: more than {comparison.plants[0]} [{FIGURES[name].unit}]")
    return figure


def _save(figure: Any, folder: Path, name: str) -> str:
    import matplotlib.pyplot as plt

    figure.savefig(folder / f"{name}.png", dpi=150)
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)
    svg = (folder / f"{name}.svg").read_text(encoding="utf-8")
    return svg[svg.index("<svg") :]


def _figure(width: float, height: float, rows: int, columns: int) -> tuple[Any, Any]:
    """Return a figure and its axes, an array where there are several."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(rows, columns, figsize=(width, height), layout="constrained")
    return figure, axes


def _bars(axis: Any, names: Sequence[str], found: Sequence[Interval], colours: Sequence[str]) -> None:
    chosen = [colours[place % len(colours)] for place in range(len(names))]
    axis.barh(
        range(len(names)),
        [middle.mean for middle in found],
        color=chosen,
        height=0.65,
        xerr=_whiskers(found),
        capsize=4,
    )
    axis.set_yticks(range(len(names)), names)
    axis.invert_yaxis()


def _colours(size: int, first: int = 0) -> list[str]:
    return [PLANT_COLOURS[(first + place) % len(PLANT_COLOURS)] for place in range(size)]


def _whiskers(found: Sequence[Interval]) -> list[list[float]]:
    """Return the arms of error bars. Shape (2, found)."""
    return [[middle.mean - middle.low for middle in found], [middle.high - middle.mean for middle in found]]


def _room(axis: Any, values: Sequence[float], which: str = "y") -> None:
    """Leave room around the values, even when they are all the same."""
    low, high = min(values), max(values)
    space = 0.25 * (high - low) or 0.05 * abs(high) or 1.0
    (axis.set_ylim if which == "y" else axis.set_xlim)(low - space, high + space)


def _text(value: float, sign: str = "-") -> str:
    return f"{value:{sign},.0f}" if abs(value) >= 1000 else f"{value:{sign}.4g}"


def _thousands(axis: Any) -> None:
    """Write large numbers on the axis as 200k or 5M."""
    from matplotlib.ticker import EngFormatter

    if max(map(abs, axis.get_xlim())) >= 10_000:
        axis.xaxis.set_major_formatter(EngFormatter(sep=""))
