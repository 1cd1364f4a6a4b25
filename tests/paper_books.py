"""A plant on paper with invented money, small enough to be reckoned by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimize.money.funding import Funding
from optimize.money.trading import Operations, Rates
from twin import Futures, Scenarios, sample_futures

# nothing costs anything, nothing is waited for
PLAIN: dict[str, Any] = {
    "gigatwin": 1,
    "name": "plain",
    "equity": "0 USD",
    "payments": [{"at": 0, "share": 1}],
    "tax_rate": 0,
    "discount_rate": "10 %/yr",
    "receivables": "0 day",
    "inventory": "0 day",
    "payables": "0 day",
    "winding_up": {"plant": 0, "stock": 0, "receivables": 0},
}
ENDLESS = "1000 GWh/yr"
FREE = Rates(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
# that is paid back with no interest, unless a test says so
LOAN: dict[str, Any] = {
    "facility": "80 MUSD",
    "share_of_capital": 1,
    "margin": "0 %/yr",
    "closes": 99,
    "repaid_over": 1,
}


def funding(**changed: Any) -> Funding:
    return Funding.model_validate({**PLAIN, **changed})


def certain(months: int, price: float = 1.0, count: int = 1, **changed: Any) -> Scenarios:
    """Return futures in which all is known and everything is sold at once."""
    declared = {
        "gigatwin": 1,
        "name": "certain",
        "demand": {"level": 1, "spot": ENDLESS, "growth": "0 %/yr"},
        "cell_price": {"start": f"{price} USD/kWh"},
        "interest": "0 %/yr",
        **changed,
    }
    return sample_futures(Futures.model_validate(declared), months, count, seed=1)


def operations(scenarios: Scenarios, **found: Any) -> Operations:
    """Return what a plant does; what is not said is nothing, and nothing is lost."""
    shape = (scenarios.count, scenarios.months)
    parts = {name: np.zeros(shape) for name in ("started", "good", "grade_b", "staff", "engineers")}
    parts |= {name: np.broadcast_to(np.asarray(value, np.float64), shape) for name, value in found.items()}
    if "started" not in found:
        parts["started"] = parts["good"] + parts["grade_b"]
    return Operations(**parts)


CONTRACT = {
    "volume": "12 GWh/yr",
    "start": 2,
    "duration": "6 month",
    "penalty": "5 USD/kWh",
    "late_below": 0.5,
    "cancel_after": 2,
}
