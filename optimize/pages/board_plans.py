"""What planning made of each strategy, as tables: its plan, its engineers, and what more risk would bring."""

from __future__ import annotations

from optimize.figures import Interval
from optimize.growth.at_best import AtBest
from optimize.growth.scale_up import Compared
from optimize.pages.tables import Row


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
            "taken": "plan" if one.planned else "declared orders",
            "taken_engineers": one.strategy.engineers,
            "at_edge": one.at_edge,
            "nothing_is_better": one.idle,
        }
        for name, one in _ranked(compared)
    ]


def _ranked(compared: Compared) -> list[tuple[str, AtBest]]:
    """Return what planning made of each strategy, the best strategy first."""
    return [(name, compared.at_best[name]) for name in compared.verdict.ranking if name in compared.at_best]


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
