"""Plants and fundings of which no books can be kept are refused in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from paper_books import FREE, certain, funding, operations

from optimize.money.capital import Investment
from optimize.money.finance import keep_books
from optimize.money.funding import Funding, read_funding
from optimize.money.trading import Rates
from twin import InputError, read_futures

CENT = 1e-8
FUTURES, FUNDING = read_futures("default"), read_funding("default")
RATES = Rates(45.0, 0.1, 3.0, 60e3, 110e3, 0.75, 0.85, 0.6)


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ({"good": -1.0}, "at least 0"),
        ({"good": np.nan}, "at least 0"),
        ({"good": 1.0, "started": 0.5}, "more cells than it has started"),
    ],
)
def test_a_plant_that_cannot_be_is_refused(what: dict[str, Any], text: str) -> None:
    scenarios = certain(3)
    with pytest.raises(InputError, match=text):
        keep_books(operations(scenarios, **what), [], FREE, scenarios, funding())


def test_shapes_and_orders_that_do_not_fit_are_refused() -> None:
    scenarios = certain(3)
    with pytest.raises(InputError, match=r"shape \(1, 4\), expected \(1, 3\)"):
        keep_books(operations(certain(4)), [], FREE, scenarios, funding())
    with pytest.raises(InputError, match="'late' is ordered in month 3"):
        keep_books(operations(scenarios), [Investment("late", 1.0, 3, 1.0, 10.0)], FREE, scenarios, funding())
    with pytest.raises(InputError, match="'early' is ordered in month -2"):
        keep_books(operations(scenarios), [Investment("early", 1.0, -2, 1.0, 10.0)], FREE, scenarios, funding())
    orders = np.array([0, 1])
    with pytest.raises(InputError, match="'many' has orders for 2 futures, expected 1"):
        keep_books(operations(scenarios), [Investment("many", 1.0, orders, 1.0, 10.0)], FREE, scenarios, funding())
    with pytest.raises(InputError, match="lead time of -1 months"):
        Investment("odd", 1.0, 0, -1.0, 10.0)


def test_the_default_funding_is_sourced_and_wrong_ones_are_refused() -> None:
    assert isinstance(read_funding("default"), Funding)
    with pytest.raises(InputError, match="did you mean 'default'"):
        read_funding("defualt")
    with pytest.raises(ValueError, match=r"payments add up to 0\.9"):
        funding(payments=[{"at": 0, "share": 0.9}])
