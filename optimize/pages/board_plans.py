"""What planning made of each strategy, as tables: its plan, its engineers, and what more risk would bring."""

from __future__ import annotations

from itertools import pairwise

from optimize.figures import Interval
from optimize.growth.at_best import AtBest
from optimize.growth.scale_up import Compared
from optimize.growth.strategy import Phased, Scheduled, Strategy, WhenProved
from optimize.pages.tables import Row
from optimize.words import listed, percent


def spread_of(name: str, middle: Interval | None) -> Row:
    parts = middle._asdict() if middle is not None else dict.fromkeys(Interval._fields, "")
    return {f"{name}_{part}": value for part, value in parts.items()}


def at_best(compared: Compared) -> list[Row]:
    """Return what planning made of each strategy, in the futures in which it was planned."""
    return [
        {
            "strategy": name,
            "engineers": one.plan.option or "",
            "lines": len(one.plan.starts),
            "start_quarters": " ".join(str(quarter) for quarter in one.plan.start_quarters if quarter is not None),
            "why": one.plan.why,
            "predicted_musd": "" if one.predicted is None else one.predicted,
            **spread_of("simulated_musd", one.simulated),
            **spread_of("declared_musd", one.declared),
            "taken": built(one.strategy, compared.verdict.site.study.lines),
            "as_declared": not one.planned,
            "taken_engineers": one.strategy.engineers,
            "at_edge": one.at_edge,
            "nothing_is_better": one.idle,
        }
        for name, one in _ranked(compared)
    ]


def _ranked(compared: Compared) -> list[tuple[str, AtBest]]:
    """Return what planning made of each strategy, the best strategy first."""
    return [(name, compared.at_best[name]) for name in compared.verdict.ranking if name in compared.at_best]


def finalists(compared: Compared) -> list[Row]:
    """Return the plans that were lived in more futures before one was taken, which is the first one."""
    return [
        {
            "strategy": name,
            "built": built(plan.strategy, compared.verdict.site.study.lines),
            "engineers": plan.strategy.engineers,
            "where_planned_musd": plan.at_first,
            "futures": len(plan.values),
            **spread_of("npv_musd", plan.npv),
            **spread_of("insolvency_probability", plan.insolvency),
            "taken": place == 0,
        }
        for name, one in _ranked(compared)
        for place, plan in enumerate(one.finals)
    ]


def built(strategy: Strategy, lines: int) -> str:
    """Return when a strategy builds how many lines, in words.

    Args:
        strategy: as declared or as planned.
        lines: that the plant may be built in.
    """
    build = strategy.build
    if isinstance(build, WhenProved):
        return f"up to {_lines(lines)}, the next when {percent(build.output)} is made"
    orders = build.orders if isinstance(build, Scheduled) else (0,) * lines
    if isinstance(build, Phased):
        orders = tuple(build.gap * line for line in range(lines))
    gaps = {later - earlier for earlier, later in pairwise(orders)}
    if not gaps:
        return _lines(1)
    if gaps == {0}:
        return f"{_lines(len(orders))} at once"
    if len(gaps) == 1:
        return f"{_lines(len(orders))}, {gaps.pop()} months apart"
    return f"{_lines(len(orders))}, ordered in months {listed([str(month) for month in orders])}"


def _lines(count: int) -> str:
    return f"{count} line{'' if count == 1 else 's'}"


def rounds(compared: Compared) -> list[Row]:
    """Return the plans that were lived one after another, with what was promised of each."""
    return [
        {
            "strategy": name,
            "round": number + 1,
            "engineers": tried.option,
            "start_quarters": " ".join(str(quarter) for quarter in tried.start_quarters if quarter is not None),
            "promised_musd": tried.promised,
            **spread_of("lived_musd", tried.lived),
        }
        for name, one in _ranked(compared)
        for number, tried in enumerate(one.rounds)
    ]


def staffed(compared: Compared) -> list[Row]:
    """Return what each number of engineers is worth to a strategy whose lines are ordered as declared."""
    return [
        {
            "strategy": name,
            "engineers": count,
            **spread_of("npv_musd", npv),
            "best": npv.mean == max(other.mean for other in one.staffed.values()),
        }
        for name, one in _ranked(compared)
        for count, npv in one.staffed.items()
    ]


def frontier(compared: Compared) -> list[Row]:
    """Return what the planning model expects of each strategy for each chance of insolvency that it may take."""
    return [
        {
            "strategy": name,
            "allowed_insolvency": plan.data.risk.insolvency,
            "npv_musd": "" if plan.npv is None else plan.npv,
            "insolvency": "" if plan.insolvency is None else plan.insolvency,
            "engineers": plan.option or "",
            "start_quarters": " ".join(str(quarter) for quarter in plan.start_quarters if quarter is not None),
        }
        for name, one in _ranked(compared)
        for plan in one.frontier
    ]
