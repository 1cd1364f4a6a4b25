"""Runway: cash and debt in every future, who is insolvent, and how bad the worst futures are."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, combinations
from typing import Any

import numpy as np

from optimize.growth.expansion_data import ExpansionData
from optimize.growth.expansion_terms import Floats
from optimize.model.taxes import add_tax, tax_of

Flow = Callable[[Any, int, int], Any]

_IN_CASH = "_in_cash"


def add_cash(model: Any, data: ExpansionData, flow: Flow) -> None:
    """Add cash and debt of each future.

    A loan is drawn when cash is short and paid back when it can be; both are differences of what is owed::

        cash[s, t] - debt[s, t] = cash[s, t - 1] - (1 + interest[s, t]) debt[s, t - 1] + funds[t]
                                  + untaxed[s, t] - (tax_in_cash[s, t] - tax_in_cash[s, t - 1])
        cash[s, -1] - debt[s, -1] = cash at the start + more_cash

    This tax is that on profit after interest: to owe more for its sake never pays.

    Args:
        model: with what lines make and take.
        data: its numbers.
        flow: money that comes in in a quarter of a future before tax.
    """
    import pyomo.environ as pyo

    purse = data.purse
    places = [(s, t) for s in range(data.outlook.count) for t in range(data.quarters)]
    model.cash = pyo.Var(places, domain=pyo.NonNegativeReals, doc="cash at the end of a quarter [MUSD]")
    model.debt = pyo.Var(places, domain=pyo.NonNegativeReals, doc="owed at the end of a quarter [MUSD]")
    model.more_cash = pyo.Var(bounds=(0, 0), doc="cash at the start beyond what there is [MUSD]")

    def interest(m: Any, s: int, t: int) -> Any:
        return float(purse.interest[s, t]) * m.debt[s, t - 1] if t else 0.0

    if data.dues.tax:
        add_tax(model, data, _IN_CASH, interest)

    def balance(m: Any, s: int, t: int) -> Any:
        before = purse.cash + m.more_cash
        if t:
            before = m.cash[s, t - 1] - m.debt[s, t - 1] - interest(m, s, t)
        comes = float(purse.funds[t]) + flow(m, s, t) - tax_of(m, data, s, t, _IN_CASH)
        return m.cash[s, t] - m.debt[s, t] == before + comes

    model.cash_balance = pyo.Constraint(places, rule=balance, doc="cash and loan pay for all that is due [MUSD]")


def add_insolvency(model: Any, data: ExpansionData) -> None:
    """Add the limit on the probability of insolvency.

    In a future that is not insolvent the debt stays within its limit::

        debt[s, t] <= limit[t] + (most debt[s, t] - limit[t]) insolvent[s]
        sum_s probability[s] insolvent[s] <= allowed probability

    An insolvent one is counted as if its owners had gone on paying.
    """
    import pyomo.environ as pyo

    allowed = data.risk.insolvency
    if allowed is None or allowed >= 1:
        return
    limit, most, chances = data.purse.debt_limit, most_debt(data), data.outlook.probability
    over = [(int(s), int(t)) for s, t in zip(*(most > limit).nonzero(), strict=True)]
    # a future that alone is more than is allowed is never insolvent
    free = {s for s, _ in over if chances[s] <= allowed * (1 + 1e-9)}
    for s, t in over:
        if s not in free:
            model.debt[s, t].setub(float(limit[t]))
    model.insolvent = pyo.Var(sorted(free), domain=pyo.Binary, doc="future ends in insolvency [-]")
    model.debt_is_within_its_limit = pyo.Constraint(
        [(s, t) for s, t in over if s in free],
        rule=lambda m, s, t: m.debt[s, t] <= float(limit[t]) + float(most[s, t] - limit[t]) * m.insolvent[s],
        doc="a future that is not insolvent owes no more than it may [MUSD]",
    )
    if free:
        model.few_insolvent = pyo.Constraint(
            expr=pyo.quicksum(float(chances[s]) * model.insolvent[s] for s in sorted(free)) <= allowed,
            doc="probability of insolvency [-]",
        )


def add_tail(model: Any, data: ExpansionData) -> None:
    """Add the floor under the mean of the lowest headroom in the worst futures.

    ::

        below[s] >= threshold - (cash[s, t] + limit[t] - debt[s, t])
        threshold - sum_s probability[s] below[s] / tail >= floor

    Source: Rockafellar, R. T., Uryasev, S. (2000), Journal of Risk 2(3), 21-41.
    """
    import pyomo.environ as pyo

    risk, limit, futures = data.risk, data.purse.debt_limit, range(data.outlook.count)
    if risk.floor is None:
        return
    model.threshold = pyo.Var(doc="headroom that all but the worst futures have [MUSD]")
    model.below = pyo.Var(
        list(futures), domain=pyo.NonNegativeReals, doc="how far headroom falls below the threshold [MUSD]"
    )
    model.below_is_seen = pyo.Constraint(
        list(model.cash.keys()),
        rule=lambda m, s, t: m.below[s] >= m.threshold - (m.cash[s, t] + float(limit[t]) - m.debt[s, t]),
        doc="headroom below the threshold [MUSD]",
    )
    missing = pyo.quicksum(float(data.outlook.probability[s]) * model.below[s] for s in futures)
    model.enough_headroom = pyo.Constraint(
        expr=model.threshold - missing / risk.tail >= risk.floor,
        doc="mean of the lowest headroom in the worst futures [MUSD]",
    )


def ask_for_cash(model: Any) -> None:
    """Ask for the least cash at the start with which there is a plan, instead of the best plan."""
    import pyomo.environ as pyo

    model.goal.deactivate()
    model.more_cash.setub(None)
    model.least_cash = pyo.Objective(expr=model.more_cash, doc="cash at the start beyond what there is [MUSD]")


def most_debt(data: ExpansionData) -> Floats:
    """Return a debt that no plan exceeds when it sells what it can [MUSD]. Shape (futures, quarters).

    Line by line the start that has cost most by then, when each good cell brings the least that a cell of any output
    brings in the mean. To it come penalties, the largest working capital, and the rate of all that can be gained as
    tax. Interest is that on the bound.
    """
    purse, dues = data.purse, data.dues
    spent = np.max([_most_spent(data, name) for name in data.options], axis=0)
    owed = spent + np.cumsum((data.outlook.penalty * data.outlook.demand).sum(axis=0), axis=1) + _most_tied(data)
    owed += dues.tax * np.cumsum(np.maximum(_most_gained(data), 0.0), axis=1)
    owed = np.maximum(owed - purse.cash - np.cumsum(purse.funds), 0.0)
    paid = np.zeros(len(owed))
    for t in range(1, data.quarters):
        # at t - 1 the interest is in the debt already
        paid = paid + purse.interest[:, t] * owed[:, t - 1]
        owed[:, t] += paid
    return np.asarray(owed)


def _most_spent(data: ExpansionData, name: str) -> Floats:
    """Return the most that an option can have cost until each quarter [MUSD]. Shape (futures, quarters)."""
    outlook, starts = data.outlook, [one for one in data.starts if one[0] == name]
    fixed = data.options[name].fixed.copy()
    fixed[: min((data.committed(one) for one in starts), default=data.quarters)] = 0.0
    least = _least_gain(data, data.most_of_lines(name).sum(axis=0)[outlook.ramp])
    worst = np.zeros((data.most_lines, outlook.count, data.quarters))
    for one in starts:
        spent = outlook.material * data.unspared(one)[outlook.ramp] + data.running(one)
        spent = spent - outlook.subsidy[:, None] * data.granted(one)
        spent = spent + outlook.capital[:, None] * (data.due(one) + data.dues.overhead * data.written(one))
        spent -= least * data.output(one)[outlook.ramp]
        worst[one[1]] = np.maximum(worst[one[1]], np.cumsum(spent, axis=1))
    return np.asarray(worst.sum(axis=0) + np.cumsum(fixed))


def _least_gain(data: ExpansionData, most: Floats) -> Floats:
    """Return the least that a good cell gains in the mean of any output up to the most [MUSD/GWh].

    What an output gains is made of straight pieces from nothing on, so its mean is least at the end of one of them;
    whichever buyers with a deadline have left.
    """
    outlook, gained = data.outlook, data.gained
    found = np.full(most.shape, np.inf)
    waiting = [k for k, one in enumerate(outlook.deadlines) if one]
    for left in chain.from_iterable(combinations(waiting, count) for count in range(len(waiting) + 1)):
        demand = outlook.demand.copy()
        for k in left:
            one = outlook.deadlines[k]
            demand[k, :, one.gone if one else 0 :] = 0.0
        reach = np.cumsum(demand, axis=0)
        for end in [np.minimum(one, most) for one in reach] + [most]:
            total = (gained * np.minimum(reach, end)).sum(axis=0)
            found = np.minimum(found, np.divide(total, end, out=np.full_like(total, np.inf), where=end > 0))
    return np.where(np.isfinite(found), found, 0.0)


def _most_gained(data: ExpansionData) -> Floats:
    """Return the most that sales can gain in a quarter [MUSD]. Shape (futures, quarters)."""
    sold = np.minimum(data.outlook.reach, data.most_output()[data.outlook.ramp])
    return np.asarray((np.maximum(data.gained, 0.0) * sold).sum(axis=0))


def _most_tied(data: ExpansionData) -> Floats:
    """Return the most that can be tied up at the end of a quarter [MUSD]. Shape (futures, quarters)."""
    outlook, dues = data.outlook, data.dues
    sold = np.minimum(outlook.reach, data.most_output()[outlook.ramp])
    unspared = np.max([_most_unspared(data, name) for name in data.options], axis=0)[outlook.ramp]
    found = np.zeros((outlook.count, data.quarters))
    for back, by in enumerate(data.tying):
        until = data.quarters - back
        found[:, back:] += (np.maximum(by, 0.0) * sold).sum(axis=0)[:, :until]
    for back, share in enumerate(np.maximum(dues.stock, 0.0)):
        found[:, back:] += share * (outlook.material * unspared)[:, : data.quarters - back]
    return found


def _most_unspared(data: ExpansionData, name: str) -> Floats:
    """Return the most that an option can spend on material even if nothing is sold [MUSD]. Shape (ramps, quarters)."""
    most = np.zeros((data.most_lines, data.ramps, data.quarters))
    for one in data.starts:
        if one[0] == name:
            most[one[1]] = np.maximum(most[one[1]], data.unspared(one))
    return np.asarray(most.sum(axis=0))
