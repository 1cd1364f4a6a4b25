"""What is sold to one buyer after another in each future, what that brings, and what is tied up in it."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimize.expansion_data import ExpansionData

_ROUNDING = 1e-12


def add_sales(model: Any, data: ExpansionData) -> None:
    """Add what is sold to each buyer and all before where they may want less than is made; elsewhere all of it is.

    ::

        sold[k, s, t] <= output[ramp[s], t]
        sold[k, s, t] <= reach[k, s, t]

    Mostly the goal sees to it that all is sold that can be. Where less might be worth more, because a later buyer pays
    more or money would be tied up, it must be::

        sold[k, s, t] >= output[ramp[s], t] - (most output - reach)[k, s, t] sated[k, s, t]
        sold[k, s, t] >= reach[k, s, t] sated[k, s, t]
    """
    import pyomo.environ as pyo

    reach, ramp = data.outlook.reach, data.outlook.ramp
    most = np.broadcast_to(data.most_output()[ramp], reach.shape)
    short = (reach < most) & (reach > 0)
    # a buyer who wants nothing decides nothing
    short &= data.outlook.demand > 0
    places = _places(short)
    forced = _places(short & ~pays(data))
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
    model.sated = pyo.Var(forced, domain=pyo.Binary, doc="a buyer and all before take no more [-]")
    model.made_is_sold = pyo.Constraint(
        forced,
        rule=lambda m, k, s, t: (
            m.sold[k, s, t] >= m.output[int(ramp[s]), t] - float(most[k, s, t] - reach[k, s, t]) * m.sated[k, s, t]
        ),
        doc="all that is made is sold to buyers who want more [GWh per quarter]",
    )
    model.wanted_is_sold = pyo.Constraint(
        forced,
        rule=lambda m, k, s, t: m.sold[k, s, t] >= float(reach[k, s, t]) * m.sated[k, s, t],
        doc="buyers who take no more have all that they want [GWh per quarter]",
    )


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

        sum_k gained[k, s, t] sold[k, s, t] - penalties[s, t] sum_o chosen[o] - material[s, t] unspared[ramp[s], t]
            - standing[t] - overhead capital[s] written[t]

    What is not sold is not made, as far as its cost is spared.
    """
    import pyomo.environ as pyo

    outlook, gained = data.outlook, data.gained[:, s, t]
    brought = pyo.quicksum(
        float(value) * sold(model, data, k, s, t) for k, value in enumerate(gained) if abs(value) > _ROUNDING
    )
    spent = float(outlook.material[s, t]) * model.unspared[int(outlook.ramp[s]), t] + model.standing[t]
    due = float(outlook.due[s, t])
    if due:
        spent += due * pyo.quicksum(model.chosen[o] for o in data.options)
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
