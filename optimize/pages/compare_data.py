"""A comparison of strategies as plain data, for compare.json."""

from __future__ import annotations

import numpy as np

from optimize.figures import interval
from optimize.growth.at_best import AtBest
from optimize.growth.finals import flattered
from optimize.growth.scale_up import Compared
from optimize.growth.verdict import Lived


def as_data(compared: Compared) -> dict[str, object]:
    """Return everything as plain data, for compare.json."""
    verdict = compared.verdict
    ground = verdict.site.ground
    best = verdict.ranking[0]
    return {
        "study": verdict.site.study.name,
        "nameplate_gwh_per_year": ground.nameplate,
        "ranking": verdict.ranking,
        "decided": verdict.decided(),
        # building nothing costs and brings nothing
        "worth_less_than_building_nothing": [name for name in verdict.ranking if verdict.lived[name].npv.mean < 0],
        "replications": verdict.scenarios.count,
        "strategies": {name: _figures(lived, ground.of_a_line) for name, lived in verdict.lived.items()},
        "lead_of_the_best_musd": {
            name: verdict.difference(best, name)._asdict() for name in verdict.ranking if name != best
        },
        "at_best": {name: _planned(one) for name, one in compared.at_best.items()},
        "flip_points": [swing._asdict() for swing in compared.swings],
    }


def _figures(lived: Lived, of_a_line: float) -> dict[str, object]:
    reached = lived.months_to_80(of_a_line)
    there = reached[np.isfinite(reached)]
    quartiles = np.quantile(there, (0.5, 0.025, 0.975)).tolist() if there.size else [None] * 3
    return {
        "title": lived.strategy.title,
        "lines": interval([float(len(life.ordered)) for life in lived.lives])._asdict(),
        "npv_musd": lived.npv._asdict(),
        "insolvency_probability": lived.insolvency._asdict(),
        "peak_funding_musd": lived.peak_funding._asdict(),
        "good_gwh_by_year": [one._asdict() for one in lived.good_by_year],
        "first_pass_yield_by_quarter": [one and one._asdict() for one in lived.yield_by_quarter],
        # of the lines that are ordered: the median of the futures in which it is reached, and the range of 95 in 100
        "months_to_80_percent_of_nameplate": {
            **dict(zip(("mean", "low", "high"), quartiles, strict=True)),
            "reached": float(there.size / len(reached)),
        },
        "cost_usd_per_kwh_by_year": [one and one._asdict() for one in lived.cost_by_year],
        "revenue_usd_per_kwh_by_year": [one and one._asdict() for one in lived.revenue_by_year],
        "lag_hours_birth_to_discovery": lived.lag and lived.lag._asdict(),
    }


def _planned(one: AtBest) -> dict[str, object]:
    return {
        "status": one.plan.status,
        "gap": one.plan.gap,
        "option": one.plan.option,
        "start_quarters": list(one.plan.start_quarters),
        "why": one.plan.why,
        "chosen": "plan" if one.planned else "declared",
        "predicted_npv_musd": one.predicted,
        "simulated_npv_musd": one.simulated and one.simulated._asdict(),
        "rounds": [
            {
                "option": tried.option,
                "start_quarters": list(tried.start_quarters),
                "promised_npv_musd": tried.promised,
                "lived_npv_musd": tried.lived._asdict(),
            }
            for tried in one.rounds
        ],
        "settled": one.settled,
        "nothing_is_better": one.idle,
        "declared_npv_musd": one.declared._asdict(),
        "npv_musd_by_engineers": {count: npv._asdict() for count, npv in one.staffed.items()},
        "finalists": [
            {
                "build": other.strategy.build.model_dump(mode="json"),
                "engineers": other.strategy.engineers,
                "futures": len(other.values),
                "npv_musd": other.npv._asdict(),
                "insolvency_probability": other.insolvency._asdict(),
                "npv_musd_where_planned": other.at_first,
            }
            for other in one.finals
        ],
        "flattered_musd": flattered(one.finals) if one.finals else None,
        "engineers": one.strategy.engineers,
        "engineers_at_the_edge": one.at_edge,
    }
