"""Futures: drawn from what is declared, correlated as declared, and the same whoever else is drawn."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2, kstest, norm, spearmanr, triang

from twin import Futures, InputError, Scenarios, read_futures, sample_futures
from twin.scenario.futures import QUANTITIES, Correlation
from twin.scenario.sample import lower_factor

KNOWN = {
    "gigatwin": 1,
    "name": "known",
    "demand": {"level": 1, "spot": "4 GWh/yr", "growth": "0 %/yr"},
    "cell_price": {"start": "80 USD/kWh"},
    "interest": "8 %/yr",
}
MANY = 4000
# each random check fails by chance less often than once in a thousand seeds
CHANCE = 1e-3


def futures(ranges: dict[str, tuple[float, float]] | None = None, **declared: Any) -> Futures:
    return Futures.model_validate({**KNOWN, **declared}).within(ranges or {})


def arrays(scenarios: Scenarios) -> dict[str, Any]:
    found = {one.name: getattr(scenarios, one.name) for one in fields(scenarios)}
    return {name: value for name, value in found.items() if isinstance(value, np.ndarray)} | dict(scenarios.drawn)


def test_what_is_declared_without_a_range_is_known() -> None:
    drawn = sample_futures(futures(), months=24, count=3, seed=1)
    assert np.all(drawn.cell_price == 80)
    assert np.all(drawn.spot_demand == pytest.approx(4 / 12))
    assert np.all(drawn.disturbance == 1)
    assert np.all(drawn.equipment_delay == 0)


def test_more_futures_and_more_months_change_nothing_of_the_first() -> None:
    few, many = (sample_futures(read_futures("default"), 24, count, 7) for count in (5, 131))
    longer = sample_futures(read_futures("default"), 61, 5, 7)
    first = arrays(many.only(range(5)))
    for name, values in arrays(few).items():
        assert np.array_equal(values, first[name]), name
        later = arrays(longer)[name]
        assert np.array_equal(values, later[..., :24] if values.shape != later.shape else later), name
    other = sample_futures(read_futures("default"), 24, 5, 8)
    assert not np.any(other.cell_price[:, 1:] == few.cell_price[:, 1:])


def test_a_quantity_that_becomes_known_leaves_all_others_their_luck() -> None:
    default = read_futures("default")
    free, held = (sample_futures(one, 24, 50, 3) for one in (default, default.held({"equipment_delay": 6.0})))
    assert np.all(held.equipment_delay == 6)
    differ = {name for name in free.drawn if not np.array_equal(free.drawn[name], held.drawn[name])}
    assert differ == {"equipment_delay"}
    assert np.array_equal(free.cell_price, held.cell_price)


def test_a_new_last_quantity_leaves_those_before_it_their_luck_even_when_it_is_correlated() -> None:
    default = read_futures("default")
    with_it = default.model_copy(
        update={"correlations": (*default.correlations, Correlation(between=("disturbance", "interest"), rho=0.5))}
    )
    one, other = (sample_futures(each, 12, 50, 3) for each in (default, with_it))
    assert [name for name in QUANTITIES if not np.array_equal(one.drawn[name], other.drawn[name])] == ["disturbance"]


def test_a_range_is_a_triangle_with_its_peak_at_the_value() -> None:
    drawn = sample_futures(futures({"cell_price.start": (60.0, 110.0)}), 1, MANY, seed=2)
    # Kolmogorov's test against scipy's triangle
    assert kstest(drawn.cell_price[:, 0], triang(c=20 / 50, loc=60, scale=50).cdf).pvalue > CHANCE


def test_a_split_lognormal_has_its_value_as_median_and_its_range_as_nine_in_ten() -> None:
    one = futures({"disturbance": (0.5, 3.0)}, lognormal=["disturbance"])
    drawn = sample_futures(one, 1, MANY, seed=2).disturbance
    for threshold, share in ((0.5, 0.05), (1.0, 0.5), (3.0, 0.95)):
        half = norm.ppf(1 - CHANCE / 6) * math.sqrt(share * (1 - share) / MANY)
        assert np.mean(drawn < threshold) == pytest.approx(share, abs=half)


@pytest.mark.parametrize("rho", [-0.7, 0.0, 0.6])
def test_correlations_of_quantities_are_recovered(rho: float) -> None:
    pair = ("interest", "demand.level")
    ranges = {"interest": (0.02, 0.2), "demand.level": (0.1, 1.2)}
    drawn = sample_futures(futures(ranges, correlations=[{"between": pair, "rho": rho}]), 1, MANY, seed=4).drawn
    found = spearmanr(*(drawn[name] for name in pair)).statistic
    # of a Gaussian copula; the interval is Fisher's with the variance of rank correlations
    expected = 6 / math.pi * math.asin(rho / 2)
    half = norm.ppf(1 - CHANCE / 2) * math.sqrt((1 + expected**2 / 2) / (MANY - 3))
    assert math.atanh(found) == pytest.approx(math.atanh(expected), abs=half)


def test_quantities_that_go_wholly_together_have_the_same_rank() -> None:
    ranges = {"interest": (0.02, 0.2), "demand.level": (0.1, 1.2)}
    together = [{"between": ("interest", "demand.level"), "rho": 1}]
    drawn = sample_futures(futures(ranges, correlations=together), 1, 100, seed=4).drawn
    assert np.array_equal(np.argsort(drawn["interest"]), np.argsort(drawn["demand.level"]))


def test_shocks_of_prices_are_correlated_as_declared() -> None:
    path = {"volatility": 0.2}
    one = futures(
        cell_price={"start": "80 USD/kWh", "volatility": 0.2},
        material_price=path,
        energy_price=path,
        correlations=[{"between": ("cell_price", "material_price"), "rho": 0.6}],
    )
    drawn = sample_futures(one, 41, 100, seed=5)
    steps = [np.diff(np.log(getattr(drawn, name)), axis=1).ravel() for name in ("cell_price", "material_price")]
    energy = np.diff(np.log(drawn.energy_price), axis=1).ravel()
    half = norm.ppf(1 - CHANCE / 4) / math.sqrt(len(energy) - 3)
    assert math.atanh(np.corrcoef(*steps)[0, 1]) == pytest.approx(math.atanh(0.6), abs=half)
    assert math.atanh(np.corrcoef(steps[0], energy)[0, 1]) == pytest.approx(0.0, abs=half)


@pytest.mark.parametrize("reversion", [0.0, 5.0])
def test_prices_drift_in_the_mean_and_scatter_as_their_equation_says(reversion: float) -> None:
    drift, volatility, years = -0.05, 0.25, 4.0
    price = {"start": "80 USD/kWh", "drift": drift_text(drift), "volatility": volatility}
    one = futures(cell_price={**price, "reversion": f"{reversion} 1/yr"})
    drawn = sample_futures(one, 49, MANY, seed=6).cell_price
    variance = volatility**2 * (-math.expm1(-2 * reversion * years) / (2 * reversion) if reversion else years)
    logs = np.log(drawn[:, 48])
    low, high = chi2.ppf((CHANCE / 4, 1 - CHANCE / 4), MANY - 1) / (MANY - 1)
    assert low < logs.var(ddof=1) / variance < high
    half = norm.ppf(1 - CHANCE / 4) * math.sqrt(variance / MANY)
    assert logs.mean() == pytest.approx(math.log(80) + drift * years - variance / 2, abs=half)
    assert np.all(drawn[:, 0] == 80)


def drift_text(drift: float) -> str:
    return f"{drift} 1/yr"


def test_a_contract_calls_off_its_volume_times_the_level_while_it_runs() -> None:
    contract = {
        "volume": "12 GWh/yr",
        "start": 6,
        "duration": "18.5 month",
        "penalty": "5 USD/kWh",
        "late_below": 0.5,
        "cancel_after": 6,
    }
    demand = {"level": 0.8, "spot": "0 GWh/yr", "growth": "0 %/yr"}
    called = sample_futures(futures(contracts={"one": contract}, demand=demand), 36, 2, 1).called[0]
    assert called.sum(axis=1) == pytest.approx(0.8 * 18.5)
    assert np.all(called[:, :6] == 0) and np.all(called[:, 6:24] > 0) and np.all(called[:, 25:] == 0)


def test_the_spot_market_grows() -> None:
    demand = {"level": 1, "spot": "12 GWh/yr", "growth": "10 %/yr"}
    found = sample_futures(futures(demand=demand), 25, 2, 1).spot_demand
    assert found[:, [0, 12, 24]] == pytest.approx(np.exp([[0, 0.1, 0.2]] * 2))


def test_the_region_pays_its_premium_and_the_spot_market_less() -> None:
    one = futures(cell_price={"start": "80 USD/kWh", "region_premium": 0.25, "spot_discount": 0.1})
    drawn = sample_futures(one, 2, 1, 1)
    assert np.all(drawn.cell_price == pytest.approx(100)) and np.all(drawn.spot_price == pytest.approx(90))


def test_the_lower_factor_gives_back_any_correlation_matrix() -> None:
    generator = np.random.default_rng(8)
    for size, rank in ((5, 5), (6, 3), (4, 1)):
        rows = generator.normal(size=(size, rank))
        rows /= np.linalg.norm(rows, axis=1)[:, None]
        factor = lower_factor(rows @ rows.T)
        assert np.allclose(np.triu(factor, 1), 0)
        assert factor @ factor.T == pytest.approx(rows @ rows.T, abs=1e-6)


def test_correlations_that_contradict_each_other_are_refused_with_a_cure() -> None:
    names = ("interest", "demand.level", "disturbance")
    pairs = [(names[0], names[1], 0.9), (names[1], names[2], 0.9), (names[0], names[2], -0.9)]
    told = [{"between": (one, two), "rho": rho} for one, two, rho in pairs]
    with pytest.raises(InputError, match=r"correlations: .*positive semidefinite.*0\.555 or less") as caught:
        sample_futures(futures(correlations=told), 1, 1, 1)
    assert len(caught.value.problems) == 1
    # what is advised agrees
    mended = [{**one, "rho": one["rho"] * 0.555} for one in told]  # type: ignore[operator]
    assert sample_futures(futures(correlations=mended), 1, 1, 1).count == 1


def test_unknown_quantities_and_impossible_values_are_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'interest'"):
        futures().held({"intrest": 0.1})
    with pytest.raises(InputError, match=r"demand\.level: -1 is outside"):
        futures().held({"demand.level": -1.0})
    with pytest.raises(InputError, match="there is no subsidy"):
        futures().held({"subsidy.amount": 1e6})
    with pytest.raises(InputError, match=r"not within 0\.1 and 0\.2"):
        futures({"interest": (0.1, 0.2)})
    with pytest.raises(InputError, match="at least one of each"):
        sample_futures(futures(), 0, 1, 1)
