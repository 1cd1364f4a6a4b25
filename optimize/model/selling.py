"""What is sold to one buyer after another in each future, what that brings, and what is tied up in it."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimize.growth.expansion_data import ExpansionData

_ROUNDING = 1e-12


def add_buyers(model: Any, data: ExpansionData) -> None:
    """Add which buyers with a deadline stay: those who get their least share in time, and no others.

    ::

        needed[k, s] kept[k, s] <= output[ramp[s], deadline[k]]
        output[ramp[s], deadline[k]] <= needed[k, s] + (most output - needed)[k, s] kept[k, s]
    """
    import pyomo.environ as pyo

    outlook, most = data.outlook, data.most_output()[data.outlook.ramp]
    needed = {
        (k, s): (one.quarter, float(least))
        for k, one in enumerate(outlook.deadlines)
        if one
        for s, least in enumerate(outlook.needed(k))
        if least > 0
    }
    model.kept = pyo.Var(list(needed), domain=pyo.Binary, doc="a buyer stays in a future [-]")

    def output(m: Any, k: int, s: int) -> Any:
        return m.output[int(outlook.ramp[s]), needed[k, s][0]]

    def reached(m: Any, k: int, s: int) -> Any:
        quarter, least = needed[k, s]
        more = max(float(most[s, quarter]) - least, 0.0)
        return output(m, k, s) <= least + more * m.kept[k, s]

    model.kept_is_served = pyo.Constraint(
        list(needed),
        rule=lambda m, k, s: needed[k, s][1] * m.kept[k, s] <= output(m, k, s),
        doc="a buyer who stays gets the least share in time [GWh per quarter]",
    )
    model.served_is_kept = pyo.Constraint(
        list(needed), rule=reached, doc="a buyer who gets the least share in time stays [GWh per quarter]"
    )


def add_sales(model: Any, data: ExpansionData) -> None:
    """Add what is sold to each buyer and all before where they may want less than is made; elsewhere all of it is.

    ::

        sold[k, s, t] <= output[ramp[s], t]
        sold[k, s, t] <= wanted[k, s, t]

    where ``wanted`` is what a buyer and all before want if they stay. Mostly the goal sees to it that all is sold that
    can be. Where less might be worth more, because a later buyer pays more or money would be tied up, it must be::

        sold[k, s, t] >= output[ramp[s], t] - most[k, s, t] sated[k, s, t]
        sold[k, s, t] >= wanted[k, s, t] - reach[k, s, t] (1 - sated[k, s, t])

    with the most that can be made beyond what is wanted, and ``reach`` what is wanted if all stay.
    """
    import pyomo.environ as pyo

    outlook, ramp = data.outlook, data.outlook.ramp
    reach, leaving = outlook.reach, _leaving(data)
    most = np.broadcast_to(data.most_output()[ramp], reach.shape)
    # a buyer who wants nothing decides nothing
    short = ((reach < most) | leaving) & (outlook.demand > 0)
    places = _places(short)
    forced = _places(short & ~pays(data))
    beyond = np.where(leaving, most, most - reach)
    model.sold = pyo.Var(
        places,
        bounds=lambda _, k, s, t: (0, float(reach[k, s, t])),
        doc="cells sold to a buyer and all before in a future [GWh per quarter]",
    )
    model.sold_is_made = pyo.Constraint(
        places,
        rule=lambda m, k, s, t: m.sold[k, s, t] <= m.output[int(ramp[s]), t],
        doc="no more is sold than is made [GWh per quarter]",
    )
    model.sold_is_wanted = pyo.Constraint(
        [place for place in places if leaving[place]],
        rule=lambda m, k, s, t: m.sold[k, s, t] <= _wanted(m, data, k, s, t),
        doc="nothing is sold to buyers who have left [GWh per quarter]",
    )
    model.sated = pyo.Var(forced, domain=pyo.Binary, doc="a buyer and all before take no more [-]")
    model.made_is_sold = pyo.Constraint(
        forced,
        rule=lambda m, k, s, t: (
            m.sold[k, s, t] >= m.output[int(ramp[s]), t] - float(beyond[k, s, t]) * m.sated[k, s, t]
        ),
        doc="all that is made is sold to buyers who want more [GWh per quarter]",
    )
    model.wanted_is_sold = pyo.Constraint(
        forced,
        rule=lambda m, k, s, t: (
            m.sold[k, s, t] >= _wanted(m, data, k, s, t) - float(reach[k, s, t]) * (1 - m.sated[k, s, t])
        ),
        doc="buyers who take no more have all that they want [GWh per quarter]",
    )


def _leaving(data: ExpansionData) -> Any:
    """Return where a buyer or one before may have left. Shape (buyers, futures, quarters)."""
    outlook = data.outlook
    found = np.zeros(outlook.demand.shape, bool)
    for k, one in enumerate(outlook.deadlines):
        if one:
            found[k, :, one.gone :] = (outlook.demand[k, :, one.gone :] > 0) & (outlook.needed(k) > 0)[:, None]
    return np.logical_or.accumulate(found, axis=0)


def _stays(model: Any, data: ExpansionData, k: int, s: int, t: int) -> Any:
    """Return whether a buyer has not left; None for one who cannot have."""
    one = data.outlook.deadlines[k]
    return model.kept[k, s] if one and t >= one.gone and (k, s) in model.kept else None


def _wanted(model: Any, data: ExpansionData, k: int, s: int, t: int) -> Any:
    """Return what a buyer and all before want [GWh per quarter]."""
    stays = [(float(data.outlook.demand[b, s, t]), _stays(model, data, b, s, t)) for b in range(k + 1)]
    return sum(demand * (1.0 if kept is None else kept) for demand, kept in stays)


def pays(data: ExpansionData) -> Any:
    """Return where selling more to a buyer and all before is never worse. Shape (buyers, futures, quarters).

    Tax takes no more than its rate of what is gained, and no earlier. Money that is tied up costs its holding, and
    where cash decides it must be less than what is gained.
    """
    kept = (1 - data.dues.tax) * data.gained
    worth, cash = kept * data.weight, kept.copy()
    for back, tied in enumerate(data.tying):
        until = data.quarters - back
        worth[..., :until] -= tied[..., :until] * data.holding[back:]
        cash -= np.maximum(tied, 0.0)
    found = (kept >= 0) & (worth >= 0)
    return found & (cash >= 0) if data.risk.in_words else found


def sold(model: Any, data: ExpansionData, k: int, s: int, t: int) -> Any:
    """Return what is sold to a buyer who wants something and all before [GWh per quarter]."""
    if data.outlook.reach[k, s, t] <= 0:
        return 0.0
    return model.sold[k, s, t] if (k, s, t) in model.sold else model.output[int(data.outlook.ramp[s]), t]


def income(model: Any, data: ExpansionData, s: int, t: int) -> Any:
    """Return what is earned in a quarter of a future before interest, tax and depreciation [MUSD].

    ::

        sum_k gained[k, s, t] sold[k, s, t] - sum_k (penalty demand)[k, s, t] kept[k, s]
            - material[s, t] unspared[ramp[s], t] - standing[t] - overhead capital[s] written[t]

    What is not sold is not made, as far as its cost is spared. Who has no deadline, or not yet, is kept if anything is
    built: ``sum_o chosen[o]``.
    """
    import pyomo.environ as pyo

    outlook, gained = data.outlook, data.gained[:, s, t]
    brought = pyo.quicksum(
        float(value) * sold(model, data, k, s, t) for k, value in enumerate(gained) if abs(value) > _ROUNDING
    )
    spent = float(outlook.material[s, t]) * model.unspared[int(outlook.ramp[s]), t] + model.standing[t]
    for k, due in enumerate(outlook.penalty[:, s, t] * outlook.demand[:, s, t]):
        if due:
            stays = _stays(model, data, k, s, t)
            spent += float(due) * (pyo.quicksum(model.chosen[o] for o in data.options) if stays is None else stays)
    if data.dues.overhead:
        spent += data.dues.overhead * float(outlook.capital[s]) * model.written[t]
    return brought - spent


def tied(model: Any, data: ExpansionData, s: int, t: int) -> Any:
    """Return the working capital at the end of a quarter of a future [MUSD]: receivables and stock less payables.

    ::

        sum_b (sum_k tying[b, k, s, t - b] sold[k, s, t - b] + stock[b] material[s, t - b] unspared[ramp[s], t - b])
    """
    import pyomo.environ as pyo

    material, r = data.outlook.material, int(data.outlook.ramp[s])
    parts = [
        float(by[k, s, t - back]) * sold(model, data, k, s, t - back)
        for back, by in enumerate(data.tying[: t + 1])
        for k in range(data.outlook.buyers)
        if abs(by[k, s, t - back]) > _ROUNDING
    ]
    parts += [
        float(share * material[s, t - back]) * model.unspared[r, t - back]
        for back, share in enumerate(data.dues.stock[: t + 1])
    ]
    return pyo.quicksum(parts)


def _places(where: Any) -> list[tuple[int, ...]]:
    return [tuple(int(one) for one in place) for place in np.argwhere(where)]
