"""The expansion model against every plan tried one by one, closed forms, and limits that can be reasoned out."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

import numpy as np
import pytest
from growing_plants import random_growth
from theory.every_expansion import best_expansion, every_expansion

from optimize.growth.expansion import ExpansionPlan, Options, frontier, plan_expansion
from optimize.growth.expansion_data import ExpansionData
from optimize.growth.expansion_outcome import outcome
from optimize.growth.expansion_outlook import Outlook
from optimize.growth.expansion_terms import OperatingPoint, Purse, Risk
from optimize.model.expansion import build_expansion
from optimize.model.runway import most_debt
from optimize.solve import Solver, ask
from twin import InputError

EXACT = Solver(gap=1e-9)
RISKS = (
    Risk(),
    Risk(insolvency=0.0),
    Risk(insolvency=0.3),
    Risk(insolvency=0.55),
    Risk(floor=0.0, tail=0.4),
    Risk(floor=25.0, tail=0.7),
    Risk(insolvency=0.45, floor=-30.0, tail=0.25),
)


def is_best(plan: ExpansionPlan, data: ExpansionData) -> None:
    """Check a plan against the best one of all that are tried."""
    best = best_expansion(data)
    if best is None:
        assert plan.status == "infeasible" and not plan.found and plan.why
        return
    assert plan.status == "optimal"
    assert plan.npv == pytest.approx(best.npv, abs=1e-4)
    assert plan.bound == pytest.approx(best.npv, abs=1e-4)
    same = [one for one in every_expansion(data) if (one.option, one.quarters) == (plan.option, plan.start_quarters)]
    assert len(same) == 1, "the schedule allows it"
    assert plan.npv == pytest.approx(same[0].npv, abs=1e-6)
    assert plan.insolvency == pytest.approx(same[0].insolvency, abs=1e-9)


@pytest.mark.parametrize("seed", range(60))
def test_no_plan_that_can_be_tried_is_better(seed: int) -> None:
    data = random_growth(seed)
    data = replace(data, least_lines=seed % 2 if any(map(bool, data.options["plain"].starts[:1])) else 0)
    for risk in RISKS:
        asked = replace(data, risk=risk)
        is_best(plan_expansion(asked, EXACT), asked)


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_what_is_tried_plan_by_plan_is_what_the_model_finds(seed: int) -> None:
    data = random_growth(seed)
    data = replace(data, least_lines=seed % 2 if any(map(bool, data.options["plain"].starts[:1])) else 0)
    for risk in RISKS:
        is_best(Options(data, EXACT, few=200).best(risk), replace(data, risk=risk))


@pytest.mark.parametrize("seed", range(0, 40, 2))
def test_lines_that_start_together_are_as_many_as_is_best(seed: int) -> None:
    """By the model and plan by plan."""
    data = random_growth(seed)
    data = replace(data, in_order=True, gap=0, together=True)
    for risk in (Risk(), Risk(insolvency=0.3)):
        asked = replace(data, risk=risk)
        is_best(plan_expansion(asked, EXACT), asked)
        is_best(Options(data, EXACT, few=200).best(risk), asked)


def test_of_lines_that_start_together_some_are_best_and_not_always_all() -> None:
    data = [replace(random_growth(seed), in_order=True, gap=0, together=True) for seed in range(0, 40, 2)]
    best = [(one.most_lines, best_expansion(one)) for one in data]
    built = {(most, sum(quarter is not None for quarter in plan.quarters)) for most, plan in best if plan is not None}
    assert any(most > count > 0 for most, count in built) and any(most == count > 1 for most, count in built)


@pytest.mark.parametrize("seed", range(0, 24, 2))
def test_what_was_solved_before_is_taken_for_the_same_question_only(seed: int) -> None:
    """Questions of one strategy, one after another: more lines, less time, and what the books say beyond the model."""
    data, luck = random_growth(seed), np.random.default_rng(seed)
    told = {name: replace(one, beyond=luck.normal(0, 30, data.outlook.count)) for name, one in data.options.items()}
    first = next(iter(data.options))
    later = {**data.options, first: replace(data.options[first], starts=data.options[first].starts[:1] + ((),) * 2)}
    solved: dict[Hashable, ExpansionPlan] = {}
    questions = [data, replace(data, options=told), data]
    if data.most_lines == 3:
        questions.append(replace(data, options=later))
    for one in questions:
        for risk in (Risk(), Risk(insolvency=0.3)):
            is_best(Options(one, EXACT, solved=solved).best(risk), replace(one, risk=risk))


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_is_better_where_books_say_more_than_the_model(seed: int) -> None:
    data, luck = random_growth(seed), np.random.default_rng(seed)
    beyond = {name: replace(one, beyond=luck.normal(0, 30, data.outlook.count)) for name, one in data.options.items()}
    data = replace(data, options=beyond)
    for risk in RISKS[:3]:
        asked = replace(data, risk=risk)
        is_best(plan_expansion(asked, EXACT), asked)


def test_the_random_questions_are_of_every_kind() -> None:
    found = []
    for seed in range(60):
        data = random_growth(seed)
        for risk in RISKS:
            best = best_expansion(replace(data, risk=risk))
            built = sum(quarter is not None for quarter in best.quarters) if best else -1
            found.append((data.in_order, risk.insolvency, built))
    for in_order in (False, True):
        for risk in {risk.insolvency for risk in RISKS}:
            assert {-1, 0, 1, 2} - {built for *kind, built in found if kind == [in_order, risk]} <= {-1}


def test_no_plan_owes_more_than_the_bound() -> None:
    nearest = []
    for seed in range(60):
        data = random_growth(seed)
        most = most_debt(data)
        for tried in every_expansion(data):
            starts = [(tried.option, line, start) for line, start in enumerate(tried.quarters) if start is not None]
            owed = outcome(data, starts).debt
            assert np.all(owed <= most + 1e-6)
            nearest.append(np.max(owed / np.maximum(most, 1e-6)))
    assert max(nearest) > 0.9, "it is no idle bound"


def one_line(capacity_options: dict[str, float], **changes: object) -> ExpansionData:
    """Return a question of two quarters: a line of some capacity is paid, then makes and sells for one quarter."""
    demand = np.array([12.0, 31.0, 47.0, 52.0, 66.0, 71.0, 88.0, 93.0, 104.0, 120.0])
    options = {
        name: OperatingPoint(
            good=np.array([[size, 0.0]]),
            variable=np.array([[4.0 * size, 0.0]]),
            capital=np.array([2.5 * size]),
            starts=((1,),),
            lead=1,
        )
        for name, size in capacity_options.items()
    }
    outlook = Outlook(
        price=np.full((10, 2), 10.0),
        demand=np.repeat(demand[:, None], 2, axis=1),
        probability=np.full(10, 0.1),
    )
    return ExpansionData(**{"quarters": 2, "options": options, "outlook": outlook, "purse": Purse(1e4), **changes})


def test_capacity_is_the_quantile_of_the_newsvendor() -> None:
    sizes = np.array([12.0, 31.0, 47.0, 52.0, 66.0, 71.0, 88.0, 93.0, 104.0, 120.0])
    data = one_line({f"{size:g} GWh": float(size) for size in sizes})
    # the smallest size with P(demand <= size) of at least (price - material - capital) / price
    # = (10 - 4 - 2.5) / 10 = 0.35
    assert plan_expansion(data, EXACT).option == "52 GWh"
    # material that is spared is no loss: (10 - 4 - 2.5) / (10 - 4) = 0.58
    assert plan_expansion(replace(data, spared=4.0), EXACT).option == "71 GWh"


@pytest.mark.parametrize("seed", range(8))
def test_more_risk_never_lowers_the_value(seed: int) -> None:
    data = random_growth(seed)
    values = [plan.npv for plan in frontier(data, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0), EXACT) if plan.npv is not None]
    assert values == sorted(values)


def test_a_frontier_is_what_single_plans_are() -> None:
    data, risks = random_growth(5), (0.3, 0.0, 1.0, 0.5)
    for risk, plan in zip(risks, frontier(data, risks, EXACT), strict=True):
        assert plan.data.risk.insolvency == risk
        assert plan.npv == plan_expansion(data.risking(risk), EXACT).npv


@pytest.mark.parametrize("seed", range(12))
def test_options_planned_one_by_one_are_as_good_as_all_in_one_model(seed: int) -> None:
    data = replace(random_growth(seed), risk=Risk(insolvency=0.4))
    told, plan = ask(build_expansion(data), EXACT), plan_expansion(data, EXACT)
    assert told.status == plan.status
    if plan.found:
        assert told.objective == pytest.approx(plan.npv, abs=1e-4)


def test_too_little_money_is_told_with_what_would_do() -> None:
    data = one_line({"small": 20.0}, purse=Purse(15.0, debt_limit=np.array([5.0, 5.0])), least_lines=1)
    plan = plan_expansion(replace(data, risk=Risk(insolvency=0.0)), EXACT)
    assert plan.status == "infeasible" and not plan.found
    # 50 for the line, then 80 for material of which 12 GWh are sold at 10 for 120 in the worst future: 30 are missing
    assert plan.why == (
        "no plan with at least 1 line has a probability of insolvency of at most 0; with 30.0 MUSD more at the start, "
        "45.0 in all, one has"
    )
    enough = replace(data, purse=replace(data.purse, cash=45.0), risk=Risk(insolvency=0.0))
    assert plan_expansion(enough, EXACT).found


def test_lines_that_do_not_fit_the_schedule_are_told() -> None:
    data = random_growth(0)
    point = replace(next(iter(data.options.values())), starts=((1,),) * 2, lead=0, payments=(1.0,), capital=np.ones(2))
    flat = {name: np.ones(1) for name in ("good", "variable", "fixed", "staff", "subsidy")}
    data = replace(
        data,
        options={"only": replace(point, **flat)},
        spared=0.0,
        most_lines=2,
        least_lines=2,
        gap=1,
        in_order=True,
        outlook=replace(data.outlook, ramp=np.zeros(1, np.int64)),
        risk=Risk(insolvency=0.0),
    )
    assert plan_expansion(data).why.startswith("at least 2 lines cannot be started 1 quarters apart")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quarters": 0}, "a horizon of 0 quarters"),
        ({"options": {}}, "no option is given"),
        ({"least_lines": 2}, "2 to 1 lines"),
        ({"gap": -1}, "a gap of -1 quarters"),
        ({"gap": 1, "together": True}, "lines that start together are in order and have no gap"),
        ({"spared": 5.0}, "more than all that 'small' takes for a good GWh, expected at most 4"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        one_line({"small": 20.0}, **changes)


def test_what_does_not_fit_is_told_with_its_place() -> None:
    data = one_line({"small": 20.0})
    point, outlook = data.options["small"], data.outlook
    for wrong, said in (
        ({"starts": ((0,),)}, "line 1 may start in quarter 0, expected 1 to 1: its first payment is 1 quarters before"),
        ({"payments": (0.5, 0.4)}, "expected shares of the capital that add up to 1"),
        ({"good": np.ones((2, 3))}, r"'small': good has shape \(2, 3\), expected \(1, 1, 2\)"),
        ({"variable": np.array([[1.0, -3.0]])}, r"'small': variable is -3 at \(0, 0, 1\)"),
        ({"starts": ()}, "starts are given for 0 lines, expected 1"),
    ):
        with pytest.raises(InputError, match=said):
            replace(data, options={"small": replace(point, **wrong)})
    demand = outlook.demand.copy()
    demand[0, 3, 1] = -2.0
    for wrong, said in (
        ({"demand": demand}, r"demand of futures is -2 at \(0, 3, 1\) of \(buyers, futures, quarters\)"),
        ({"probability": np.full(10, 0.2)}, "probabilities of 10 futures add up to 2, expected 1"),
        ({"ramp": np.ones(10, np.int64)}, "expected whole numbers from 0 to 0"),
    ):
        with pytest.raises(InputError, match=said):
            replace(data, outlook=replace(outlook, **wrong))
    with pytest.raises(InputError, match="line 1 may start in no quarter"):
        replace(data, options={"small": replace(point, starts=((),))}, least_lines=1)
    with pytest.raises(InputError, match=r"allowed probability of insolvency is 1\.5"):
        Risk(insolvency=1.5)
