"""The expansion model: when to add which line, and with how much control and how many engineers to run them all.

Futures stand side by side (extensive form): starts are chosen once, what is sold and owed follows in each future.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from optimize.growth.expansion_data import ExpansionData, Start
from optimize.model.runway import add_cash, add_insolvency, add_tail
from optimize.model.selling import add_buyers, add_sales, income, tied
from optimize.model.taxes import add_tax, tax_of


def build_expansion(data: ExpansionData) -> Any:
    """Return the model as a ``pyomo.environ.ConcreteModel``."""
    import pyomo.environ as pyo

    model = pyo.ConcreteModel(name="expansion")
    add_starts(model, data)  # which option, and which line when
    add_order(model, data)  # one line after the other
    add_output(model, data)  # what the lines make, and what it takes
    add_spending(model, data)  # capital and people
    add_buyers(model, data)  # which of them stay in each future
    add_sales(model, data)  # what is sold in each future
    if data.dues.tax:
        add_tax(model, data)
    add_worth(model, data)  # the goal
    if data.risk.in_words:
        # without a limit on risk, cash decides nothing
        add_cash(model, data, lambda m, s, t: untaxed(m, data, s, t))
        add_insolvency(model, data)
        add_tail(model, data)
    return model


def add_starts(model: Any, data: ExpansionData) -> None:
    """Add the choice of an option and the start of each line under it, at most once.

    ::

        sum_o chosen[o] <= 1
        sum_t start[o, j, t] <= chosen[o]       for each line j; where lines come in order, for the first one

    With the rows of :func:`add_order` no line starts that the first one does not allow. ``least_lines`` are built::

        sum_o sum_t start[o, least_lines, t] >= 1       in order
        sum_o sum_j sum_t start[o, j, t] >= least_lines     otherwise
    """
    import pyomo.environ as pyo

    starts, options = data.starts, list(data.options)
    model.chosen = pyo.Var(options, domain=pyo.Binary, doc="option is the one that lines are run with [-]")
    model.start = pyo.Var(starts, domain=pyo.Binary, doc="line starts in a quarter under an option [-]")
    model.one_operating_point = pyo.Constraint(
        expr=pyo.quicksum(model.chosen[o] for o in options) <= 1, doc="all lines are run in the same way [-]"
    )
    lines = range(1 if data.in_order else data.most_lines)
    model.starts_once = pyo.Constraint(
        [(o, j) for o in options for j in lines],
        rule=lambda m, o, j: _sum(m, (one for one in starts if one[:2] == (o, j))) <= m.chosen[o],
        doc="a line starts once, and only under the chosen option [-]",
    )
    if not data.least_lines:
        return
    needed = [one for one in starts if not data.in_order or one[1] == data.least_lines - 1]
    count = 1 if data.in_order else data.least_lines
    model.enough_lines = pyo.Constraint(
        expr=_sum(model, needed) >= count, doc="as many lines are built as must be [lines]"
    )


def add_order(model: Any, data: ExpansionData) -> None:
    """Add what one start has to do with the next.

    In order, each line follows the one before it, under the same option, after the gap::

        sum_(u <= t) start[o, j, u] <= sum_(u <= t - gap) start[o, j - 1, u]

    or, where all start together, in the same quarter::

        start[o, j, t] <= start[o, j - 1, t]

    Otherwise no two lines start within the gap::

        sum_o sum_j sum_(t <= u < t + gap) start[o, j, u] <= 1
    """
    import pyomo.environ as pyo

    starts = data.starts
    if data.together:
        model.side_by_side = pyo.Constraint(
            [one for one in starts if one[1] > 0],
            rule=lambda m, o, j, t: m.start[o, j, t] <= _sum(m, (one for one in starts if one == (o, j - 1, t))),
            doc="a line starts with the one before it [-]",
        )
        return

    def until(m: Any, o: str, j: int, t: int) -> Any:
        return _sum(m, (one for one in starts if one[:2] == (o, j) and one[2] <= t))

    if data.in_order:
        model.in_turn = pyo.Constraint(
            # between two starts that are allowed only the right side grows
            [one for one in starts if one[1] > 0],
            rule=lambda m, o, j, t: until(m, o, j, t) <= until(m, o, j - 1, t - data.gap),
            doc="a line follows the one before it [-]",
        )
        return
    windows = {
        t: [one for one in starts if t <= one[2] < t + data.gap] for t in range(max(1, data.quarters - data.gap + 1))
    }
    model.far_apart = pyo.Constraint(
        [t for t, within in windows.items() if len({one[1] for one in within}) > 1],
        rule=lambda m, t: _sum(m, windows[t]) <= 1,
        doc="no two lines start within the gap [-]",
    )


def add_output(model: Any, data: ExpansionData) -> None:
    """Add what the lines make by their age on each simulated ramp r, and what is started for it.

    ::

        output[r, t] = sum_(o, j, u) good[o, r, j, t - u] start[o, j, u]
        unspared[r, t] = sum_(o, j, u) (variable - spared good)[o, r, j, t - u] start[o, j, u]
    """
    output, unspared = ({one: values(one) for one in data.starts} for values in (data.output, data.unspared))
    times = [(r, t) for r in range(data.ramps) for t in range(data.quarters)]
    _add_up(model, "output", times, output, "good cells made on a ramp [GWh per quarter]")
    _add_up(model, "unspared", times, unspared, "variable cost that lack of demand does not spare [MUSD per quarter]")


def add_spending(model: Any, data: ExpansionData) -> None:
    """Add what is paid for lines and people, whatever the future.

    ::

        due[t] = sum_(o, j, u) (share of the capital due)[o, j, t - u] start[o, j, u]
        standing[t] = sum_(o, j, u) staff[o, j, t - u] start[o, j, u] + sum_o fixed[o, t] under_way[o, t]
        granted[t] = sum_(o, j, u) subsidy[o, j, t - u + lead[o]] start[o, j, u]
        written[t] = sum_(o, j, u) (share of the capital written down)[t - u] start[o, j, u]
        under_way[o, t] >= sum_(u <= t + lead[o]) start[o, j, u]    for each line j; in order, for the first one
    """
    import pyomo.environ as pyo

    starts, quarters = data.starts, range(data.quarters)
    first = {
        o: min((data.committed(one) for one in starts if one[0] == o), default=data.quarters) for o in data.options
    }
    paid = [(o, t) for o, point in data.options.items() for t in quarters if t >= first[o] and point.fixed[t]]
    model.under_way = pyo.Var(paid, bounds=(0, 1), doc="a first payment has been made under an option [-]")

    def committed(m: Any, o: str, t: int, j: int) -> Any:
        begun = [one for one in starts if one[:2] == (o, j) and data.committed(one) <= t]
        return m.under_way[o, t] >= _sum(m, begun) if begun else pyo.Constraint.Skip

    model.people_are_paid = pyo.Constraint(
        [(o, t, j) for o, t in paid for j in range(1 if data.in_order else data.most_lines)],
        rule=committed,
        doc="people are there from the first payment on [-]",
    )
    due, running, granted, written = (
        {one: values(one) for one in starts} for values in (data.due, data.running, data.granted, data.written)
    )
    _add_up(model, "due", list(quarters), due, "capital that falls due, without overrun [MUSD per quarter]")
    _add_up(model, "granted", list(quarters), granted, "subsidy, without the factor of a future [MUSD per quarter]")
    _add_up(model, "written", list(quarters), written, "capital written down, without overrun [MUSD per quarter]")
    people = {
        t: [float(data.options[o].fixed[t]) * model.under_way[o, t] for o, at in paid if at == t] for t in quarters
    }
    _add_up(model, "standing", list(quarters), running, "people [MUSD per quarter]", people)


def untaxed(model: Any, data: ExpansionData, s: int, t: int) -> Any:
    """Return the money that comes in in a quarter of a future before tax, loans and what owners pay in [MUSD].

    ::

        income[s, t] + subsidy[s] granted[t] - capital[s] due[t] - (tied[s, t] - tied[s, t - 1])
    """
    before = tied(model, data, s, t - 1) if t else 0.0
    spent = float(data.outlook.capital[s]) * model.due[t] + tied(model, data, s, t) - before
    return income(model, data, s, t) + float(data.outlook.subsidy[s]) * model.granted[t] - spent


def add_worth(model: Any, data: ExpansionData) -> None:
    """Add the goal: the expected net present value, loans and what owners pay in left out.

    ::

        sum_s probability[s] sum_t weight[t] (untaxed[s, t] - (tax[s, t] - tax[s, t - 1]))
            + weight[last] sum_s probability[s] (capital[s] sum_(o, j, u) left[o, j, u] start[o, j, u]
                                                 + terminal tied[s, last])
            + sum_s probability[s] sum_(o, u) beyond[o, s] start[o, 0, u]

    The tax is that without interest, since what is owed would be chosen for the sake of it.
    """
    import pyomo.environ as pyo

    chances, weight, last = data.outlook.probability, data.weight, data.quarters - 1
    futures = range(data.outlook.count)
    flows = (
        float(chances[s] * weight[t]) * (untaxed(model, data, s, t) - tax_of(model, data, s, t))
        for s in futures
        for t in range(data.quarters)
    )
    overrun = float(chances @ data.outlook.capital)
    ends = [overrun * float(weight[-1]) * data.left(one) * model.start[one] for one in data.starts]
    ends += [more * model.start[one] for one in data.starts if (more := float(chances @ data.beyond(one)))]
    if data.dues.terminal:
        ends += [float(chances[s] * weight[-1] * data.dues.terminal) * tied(model, data, s, last) for s in futures]
    model.goal = pyo.Objective(
        expr=pyo.quicksum(flows) + pyo.quicksum(ends), sense=pyo.maximize, doc="expected net present value [MUSD]"
    )


def _sum(model: Any, starts: Iterable[Start]) -> Any:
    """Return how many of some starts are made."""
    import pyomo.environ as pyo

    return pyo.quicksum(model.start[one] for one in starts)


def _add_up(
    model: Any, name: str, keys: list[Any], values: dict[Start, Any], doc: str, more: dict[Any, list[Any]] | None = None
) -> None:
    """Add a variable that is a sum over the starts, so that rows of futures stay short.

    Args:
        model: with starts.
        name: of the variable.
        keys: its indices.
        values: what each start adds, arrays that the keys are places of.
        doc: what it is, with its unit.
        more: what else is added at a key.
    """
    import pyomo.environ as pyo

    def total(m: Any, *key: int) -> Any:
        place = key if len(key) > 1 else key[0]
        terms = [float(by[place]) * m.start[one] for one, by in values.items() if by[place]]
        return getattr(m, name)[place] == pyo.quicksum(terms + (more or {}).get(place, []))

    setattr(model, name, pyo.Var(keys, doc=doc))
    setattr(model, f"{name}_adds_up", pyo.Constraint(keys, rule=total, doc=f"sum over lines: {doc}"))
