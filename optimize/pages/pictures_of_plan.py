"""Pictures of a plan: what was promised, which machines, what each knob does, what a year costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

from optimize.choices import Group, option_name
from optimize.figures import Interval
from optimize.knob_effects import modelled, paired
from optimize.pages.pictures import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    SKY,
    WIDTH,
    axes_of,
    leave_room,
    thousands,
    whiskers,
)
from optimize.pages.tables import Row
from optimize.refine import Plan
from optimize.rounds import Round
from optimize.words import decimals, rounded, scaled, station, titled

PALE = "#c8c8c8"
_LINES = tuple(zip((BLUE, GREEN, PINK, SKY, GREY), ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1))), strict=True))
# effects that are drawn, of those that a plan has
_DRAWN = ("cost_usd_per_kwh", "good_gwh_per_year", "throughput_per_hour")
_TITLES = {
    "cost_usd_per_kwh": "Cost per kWh [%]",
    "good_gwh_per_year": "Good cells a year [%]",
    "throughput_per_hour": "Throughput [%]",
}


def draw_promise(plan: Plan, chosen: Round) -> Any:
    """Draw what the model promised over what the twin made, figure by figure, each with its interval."""
    names = list(chosen.predicted)
    figure, axes = axes_of(WIDTH, 0.4 + 1.15 * len(names), len(names), 1)
    for axis, name in zip([axes] if len(names) == 1 else axes, names, strict=True):
        scale, _ = scaled(name)
        rows = {"model": chosen.predicted[name], "twin": chosen.simulated(name)}
        sized = {who: Interval(*(scale * value for value in middle)) for who, middle in rows.items()}
        values = [edge for middle in sized.values() for edge in middle]
        if name == "good_gwh_per_year" and plan.data.demand is not None:
            values.append(plan.question.gwh(plan.data.demand))
            axis.axvline(values[-1], color=GREY, ls="--", lw=1, zorder=0)
            axis.set_title("dashed: the demand", loc="right", color=GREY, fontsize=9, weight="normal")
        for place, (middle, (marker, colour)) in enumerate(
            zip(sized.values(), (("D", ORANGE), ("o", BLUE)), strict=True)
        ):
            axis.errorbar([middle.mean], [place], xerr=whiskers([middle]), fmt=marker, color=colour, capsize=5, ms=7)
            text = rounded(middle.mean, min(map(decimals, sized.values())))
            axis.annotate(text, (middle.mean, place), (0, 6), textcoords="offset points", ha="center", fontsize=9)
        leave_room(axis, values, "x")
        axis.set_ylim(1.6, -0.6)
        axis.set_yticks([0, 1], list(rows))
        axis.set_title(titled(name))
        axis.xaxis.get_major_locator().set_params(nbins=5)
        thousands(axis)
    return figure


def draw_machines(rows: Sequence[Row], slowest: str, reach: float) -> Any:
    """Draw how much of each station's hours the demand takes, with its machines as planned and as declared."""
    figure, axis = axes_of(WIDTH, 1.1 + 0.27 * len(rows), 1, 1)
    short = [row["station"] == slowest or row["load"] > reach for row in rows]
    places = range(len(rows))
    loads = [100 * row["load"] for row in rows]
    axis.barh(places, loads, color=[ORANGE if one else BLUE for one in short], height=0.7)
    axis.axvline(100 * reach, color=GREY, ls="--", lw=1, zorder=0)
    for place, load in zip(places, loads, strict=True):
        axis.text(load - 1, place, f"{load:.0f}", va="center", ha="right", fontsize=9, color="white", weight="bold")
    labels = [f"{station(row['station'])}  {_counts(row)}" for row in rows]
    axis.set_yticks(list(places), labels)
    for label, row in zip(axis.get_yticklabels(), rows, strict=True):
        label.set_weight("bold" if row["plan"] != row["declared"] else "normal")
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.set_xlim(0, max(105.0, 3 + max(loads)))
    axis.set_xlabel("share of its machines' hours that are used [%]")
    axis.set_title(
        "Orange: what is slowest. Dashed: all that a station reaches.", loc="right", fontsize=9, weight="normal"
    )
    return figure


def draw_effects(plan: Plan, chosen: Round) -> Any:
    """Draw what each knob does alone: what the twin said at its levels, and what the model says between them."""
    groups = {name: group for name, group in plan.question.groups.items() if plan.explored.options[name]}
    told = [name for name in _DRAWN if name in plan.explored.base.answers[0].figures and name in chosen.predicted]
    figure, grid = axes_of(WIDTH, 0.5 + 2.05 * len(groups), len(groups), len(told), squeeze=False)
    for axes, (name, group) in zip(grid, groups.items(), strict=True):
        for axis, what in zip(axes, told, strict=True):
            seen = {option: paired(plan.explored.base, r, what) for option, r in plan.explored.options[name].items()}
            _effect(axis, group, seen, modelled(plan, name, what), chosen.solution.choice[name])
            axis.set_title(_TITLES[what])
            axis.set_xlabel(_axis_title(group))
        if len(group.axes) > 1:
            axes[0].legend(title=", ".join(axis.knob for axis in group.axes[1:]), fontsize=9, title_fontsize=9)
    figure.legend(*_legend(), loc="outside upper center", ncols=4, frameon=False, handletextpad=0.3, columnspacing=1)
    return figure


def _effect(
    axis: Any, group: Group, seen: Mapping[str, Sequence[float]], line: Mapping[str, float], chosen: str
) -> None:
    """Draw one effect: a line through all options where they are numbers, steps where they are words."""
    names = list(group.options)
    at = _places(group)
    for (label, path), (colour, dashes) in zip(_paths(group).items(), cycle(_LINES)):
        look = (
            {"ls": dashes, "marker": ".", "ms": 5} if group.axes[0].numbers is not None else {"ls": "", "marker": "_"}
        )
        sizes = [100 * line[option] for option in path]
        axis.plot([at[o] for o in path], sizes, color=colour, lw=1.3, label=label, **{"ms": 22, **look})
    axis.axhline(0, color=PALE, lw=1, zorder=0)
    for option, runs in {group.base: [0.0], **seen}.items():
        axis.plot([at[option]] * len(runs), [100 * run for run in runs], "o", color=GREY, mfc="none", ms=4, zorder=3)
    axis.plot([at[chosen]], [100 * line[chosen]], "s", color=ORANGE, ms=9, mfc="none", mew=2, zorder=4)
    values = [100 * value for value in (0.0, *line.values(), *(run for runs in seen.values() for run in runs))]
    leave_room(axis, values)
    if max(map(abs, values)) < 0.1:
        axis.set_ylim(-0.5, 0.5)
    if group.axes[0].numbers is None:
        axis.set_xticks([at[o] for o in names], [o.replace("_", "\n") for o in names])
        axis.margins(x=0.2)
    axis.grid(axis="y", color="#ececec")
    axis.set_axisbelow(True)


def _places(group: Group) -> dict[str, float]:
    """Return where each option stands: at the number of its first knob, or in order."""
    numbers = group.axes[0].numbers
    if numbers is None:
        return {option: float(place) for place, option in enumerate(group.options)}
    knob, sizes = group.axes[0].knob, dict(zip(group.axes[0].levels, numbers, strict=True))
    return {option: sizes[settings[knob]] for option, settings in group.options.items()}


def _paths(group: Group) -> dict[str, list[str]]:
    """Return the options that a line joins, by the levels of all knobs but the first."""
    found: dict[str, list[str]] = {}
    for option, settings in group.options.items():
        found.setdefault(option_name(list(settings.values())[1:]), []).append(option)
    return found


def _axis_title(group: Group) -> str:
    """Return the first knob of an effect with the unit of its levels."""
    from twin import split

    first = group.axes[0]
    unit = (split(first.levels[0]) or (0.0, ""))[1] if first.numbers is not None else ""
    return f"{first.knob}{f' [{unit}]' if unit else ''}"


def _legend() -> tuple[list[Any], list[str]]:
    from matplotlib.lines import Line2D

    marks = {
        "one pair of runs": Line2D([], [], ls="", marker="o", color=GREY, mfc="none", ms=4),
        "model": Line2D([], [], color=BLUE, lw=1.3, marker=".", ms=5),
        "chosen": Line2D([], [], ls="", marker="s", color=ORANGE, mfc="none", mew=2, ms=9),
    }
    return list(marks.values()), list(marks)


def draw_costs(rows: Sequence[Row]) -> Any:
    """Draw what a kilowatt-hour costs by kind, with the plant as declared and with the plan."""
    figure, axis = axes_of(WIDTH, 1.0 + 0.55 * len(rows), 1, 1)
    most = max(max(row["declared_usd_per_kwh"], row["plan_usd_per_kwh"]) for row in rows)
    for shift, who, colour in ((-0.19, "declared", PALE), (0.19, "plan", BLUE)):
        found = [row[f"{who}_usd_per_kwh"] for row in rows]
        axis.barh([place + shift for place in range(len(rows))], found, 0.36, color=colour, label=f"as {who}"[:11])
        for place, value in enumerate(found):
            axis.text(value + 0.01 * most, place + shift, f"{value:.3g}", va="center", fontsize=9)
    axis.set_yticks(range(len(rows)), [row["kind"] for row in rows])
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.set_xlim(0, 1.12 * most)
    axis.set_xlabel("cost of good cells [USD/kWh]")
    axis.legend(["as declared", "as planned"], loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)
    return figure


def _counts(row: Row) -> str:
    return f"{row['plan']:,}" if row["plan"] == row["declared"] else f"{row['declared']:,} → {row['plan']:,}"
