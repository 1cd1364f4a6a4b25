"""Tax on profit after losses of earlier quarters, exactly and without a choice to be made."""

from __future__ import annotations

from typing import Any

from optimize.growth.expansion_data import ExpansionData
from optimize.model.selling import income


def add_tax(model: Any, data: ExpansionData, name: str = "", interest: Any = None) -> None:
    """Add the tax paid until each quarter of each future.

    ::

        profit[s, t] = profit[s, t - 1] + income[s, t] - capital[s] written[t] - interest[s, t]
        tax[s, t] >= rate profit[s, t]
        tax[s, t] >= tax[s, t - 1]

    Both are counted from the beginning. What is lost is carried forward for ever and never paid back, so the tax paid
    so far is the rate of the highest profit so far: the least that these rows allow, and nobody pays more.

    Args:
        model: with what lines make and take.
        data: its numbers.
        name: what the variables are called beyond "profit" and "tax".
        interest: paid in a quarter of a future; None where the loan is not known.
    """
    import pyomo.environ as pyo

    rate, outlook = data.dues.tax, data.outlook
    places = [(s, t) for s in range(outlook.count) for t in range(data.quarters)]
    profit = pyo.Var(places, doc="profit before tax so far [MUSD]")
    tax = pyo.Var(places, domain=pyo.NonNegativeReals, doc="tax paid so far [MUSD]")
    setattr(model, f"profit{name}", profit)
    setattr(model, f"tax{name}", tax)

    def total(m: Any, s: int, t: int) -> Any:
        made = income(m, data, s, t) - float(outlook.capital[s]) * m.written[t]
        if interest is not None:
            made -= interest(m, s, t)
        return profit[s, t] == made + (profit[s, t - 1] if t else 0.0)

    rows = {
        f"profit{name}_adds_up": pyo.Constraint(places, rule=total, doc="profit before tax so far [MUSD]"),
        f"tax{name}_on_profit": pyo.Constraint(
            places, rule=lambda _, s, t: tax[s, t] >= rate * profit[s, t], doc="tax on all profit so far [MUSD]"
        ),
        f"tax{name}_is_not_paid_back": pyo.Constraint(
            [(s, t) for s, t in places if t],
            rule=lambda _, s, t: tax[s, t] >= tax[s, t - 1],
            doc="tax is never paid back [MUSD]",
        ),
    }
    for row, found in rows.items():
        setattr(model, row, found)


def tax_of(model: Any, data: ExpansionData, s: int, t: int, name: str = "") -> Any:
    """Return the tax that is paid in a quarter of a future [MUSD]."""
    if not data.dues.tax:
        return 0.0
    tax = getattr(model, f"tax{name}")
    return tax[s, t] - (tax[s, t - 1] if t else 0.0)
