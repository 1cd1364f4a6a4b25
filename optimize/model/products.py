"""Products of chosen options: how a flow times yields, times hours, stays linear, exact and easy to solve."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, exp, log, sqrt
from typing import Any, NamedTuple

from optimize.effects import Factor
from optimize.plan_data import PlanData

MILLION = 1e6
TERA = 1e12
# how far a product may lie above its tangents between two of them [-], and the most of them
TANGENT_ERROR = 1e-4
MOST_TANGENTS = 40
# two multipliers that differ by rounding alone are the same
_SAME = 1e-12


class Amount(NamedTuple):
    """An amount that grows with the good cells.

    Attributes:
        value: a linear expression.
        each: what it is for one good cell, as a product of chosen options.
    """

    value: Any
    each: Factor


def add_products(model: Any, data: PlanData) -> None:
    """Add the good cells, the choice of options, and room for the parts into which :func:`product` splits amounts.

    ::

        sum_o chosen[g, o] = 1                          for each group g
        sum_o good_under[g, o] = good
        good_under[g, o] <= most * chosen[g, o]
    """
    import pyomo.environ as pyo

    pairs = [(group, option) for group, options in data.options.items() for option in options]
    most = min(data.most_output(), data.demand or float("inf")) / MILLION
    model.chosen = pyo.Var(pairs, domain=pyo.Binary, doc="option is the one of its group that is run [-]")
    model.good = pyo.Var(bounds=(0, most), doc="good cells that are made [million cells/yr]")
    model.good_under = pyo.Var(
        pairs, domain=pyo.NonNegativeReals, doc="good cells that are made under one option [million cells/yr]"
    )
    model.one_option = pyo.Constraint(
        list(data.options),
        rule=lambda m, g: pyo.quicksum(m.chosen[g, o] for o in data.options[g]) == 1,
        doc="exactly one option of a group is run [-]",
    )
    model.good_adds_up = pyo.Constraint(
        list(data.options),
        rule=lambda m, g: pyo.quicksum(m.good_under[g, o] for o in data.options[g]) == m.good,
        doc="good cells under all options are the good cells [million cells/yr]",
    )
    model.good_only_under_the_chosen = pyo.Constraint(
        pairs,
        rule=lambda m, g, o: m.good_under[g, o] <= most * m.chosen[g, o],
        doc="an option that is not chosen makes nothing [million cells/yr]",
    )
    model.part = pyo.Var(
        pyo.Any, dense=False, domain=pyo.NonNegativeReals, doc="part of an amount under one option [as the amount]"
    )
    model.parts_add_up = pyo.Constraint(pyo.Any, doc="the parts under all options are the amount [as the amount]")
    model.parts_follow_good = pyo.Constraint(
        pyo.Any, doc="an option's part is within what its good cells can take [as the amount]"
    )
    model.log_of = pyo.Var(pyo.Any, dense=False, doc="good cells times the logarithm of an amount for one [million/yr]")
    model.log_sum = pyo.Constraint(pyo.Any, doc="logarithms of multipliers add up [million/yr]")
    model.above_tangents = pyo.Constraint(pyo.Any, doc="a product lies above the tangents of exp [as the amount]")


def good_cells(model: Any) -> Amount:
    """Return the good cells as the amount that all others are products with."""
    return Amount(model.good, Factor(1.0))


def product(model: Any, name: str, amount: Amount, factor: Factor) -> Amount:
    """Return a factor times an amount, exactly, whichever options are chosen.

    Group by group the amount is split into a part for every option, and only the chosen option's part may be there,
    so that the split is no split and the sum of the parts times their multipliers is a product::

        sum_o part[o] = amount
        least[o] * good_under[g, o] <= part[o] <= most[o] * good_under[g, o]
        product = sum_o change[o] * part[o]

    ``least`` and ``most`` are what the amount can be for one good cell under the option.

    Args:
        model: with :func:`add_products`.
        name: of the product.
        amount: what is multiplied.
        factor: by which.
    """
    import pyomo.environ as pyo

    value, each = factor.base * amount.value, Factor(factor.base).times(amount.each)
    for group, change in factor.change.items():
        spans = {option: each.span({group: option}) for option in change}
        if all(most - least <= _SAME * most for least, most in spans.values()):
            # no other group has a say, so the good cells under an option tell its part
            parts = {option: least * model.good_under[group, option] for option, (least, _) in spans.items()}
        else:
            parts = _parts(model, (name, group), value, spans)
        value = pyo.quicksum(change[option] * part for option, part in parts.items())
        each = each.times(Factor(1.0, {group: change}))
    return Amount(value, each)


def _parts(model: Any, key: tuple[str, str], value: Any, spans: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """Return an amount split over the options of a group, only the chosen one's part not zero."""
    import pyomo.environ as pyo

    parts = {option: model.part[*key, option] for option in spans}
    model.parts_add_up[key] = pyo.quicksum(parts.values()) == value
    for option, (least, most) in spans.items():
        good = model.good_under[key[1], option]
        model.parts_follow_good[*key, option, "least"] = parts[option] >= least * good
        model.parts_follow_good[*key, option, "most"] = parts[option] <= most * good
    return parts


def bounded(model: Any, name: str, amount: Amount) -> Any:
    """Return the value of an amount, bounded from below by tangents of the exponential function.

    They follow from the rest, but hold for fractions of options too, which is what a solver needs. With L the
    logarithm of the amount for one good cell, a sum over the chosen options::

        amount >= good * exp(a) * (1 + L - a)           at some places a
        good * L = log(base) * good + sum_g sum_o log(change[g, o]) * good_under[g, o]
    """
    import pyomo.environ as pyo

    each = amount.each
    low, high = map(log, each.span())
    if len(each.change) < 2 or high - low < _SAME:
        return amount.value
    logs = [
        log(by) * model.good_under[group, option]
        for group, change in each.change.items()
        for option, by in change.items()
    ]
    model.log_sum[name] = model.log_of[name] == log(each.base) * model.good + pyo.quicksum(logs)
    steps = min(MOST_TANGENTS, ceil((high - low) / sqrt(8 * TANGENT_ERROR)))
    for place in range(steps + 1):
        at = low + (high - low) * place / steps
        tangent = exp(at) * ((1 - at) * model.good + model.log_of[name])
        model.above_tangents[name, place] = amount.value >= tangent
    return amount.value
