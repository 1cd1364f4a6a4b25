"""How exactly layers lie on each other: what is drawn at once is what layer by layer would give."""

from __future__ import annotations

import numpy as np
import pytest
from generic_lines import binomial_band
from lots_of_cells import lot, occasion
from scipy.stats import norm

from twin import Line, read_line
from twin.assembly.alignment import MISALIGNED, Alignment, largest_of

CELLS = 200_000


@pytest.fixture(scope="module")
def line() -> Line:
    return read_line("pilot_line")


def lost(line: Line, sd: float, offset_sd: float = 0.0, stacks: int = 1, lots: int = 10) -> list[float]:
    """Return the share of cells that lose their overhang, lot by lot."""
    alignment = Alignment.model_construct(overhang=1e-3, sd=sd, offset_sd=offset_sd, layers=80)
    shares = []
    for serial in range(lots):
        cell = lot(CELLS // lots)
        born = alignment.place(cell, stacks, occasion(line, serial))
        assert [one.mode for one in born] == [MISALIGNED][: len(born)]
        places = born[0].places if born else []
        assert list(places) == np.flatnonzero(cell.state["overhang"] < 0).tolist()
        shares.append(len(places) / cell.size)
    return shares


@pytest.mark.parametrize(("sd", "published"), [(0.20e-3, 4.6e-5), (0.25e-3, 0.005), (0.30e-3, 0.066)])
def test_cells_of_80_layers_lose_an_overhang_of_1_mm_as_often_as_published(
    line: Line, sd: float, published: float
) -> None:
    chance = 1 - (1 - 2 * norm.sf(1e-3 / sd)) ** 80
    assert chance == pytest.approx(published, rel=0.05)
    low, high = binomial_band(CELLS, chance)
    assert low <= sum(lost(line, sd)) * CELLS / 10 <= high, "99.9 %, seed 1"


def test_two_jelly_rolls_have_twice_as_many_layers(line: Line) -> None:
    chance = 1 - (1 - 2 * norm.sf(4)) ** 160
    low, high = binomial_band(CELLS, chance)
    assert low <= sum(lost(line, 0.25e-3, stacks=2)) * CELLS / 10 <= high, "99.9 %, seed 1"


def test_a_lot_that_is_off_centre_loses_more_on_one_side_than_it_wins_on_the_other(line: Line) -> None:
    sd, offset_sd = 0.2e-3, 0.15e-3
    alignment = Alignment.model_construct(overhang=1e-3, sd=sd, offset_sd=offset_sd, layers=80)
    for serial in range(6):
        at, cell = occasion(line, serial), lot(CELLS)
        hits = sum(len(born.places) for born in alignment.place(cell, 1, at))
        offset = offset_sd * at.luck.one("offset", serial, np.random.Generator.standard_normal)
        in_place = norm.cdf((1e-3 - offset) / sd) - norm.cdf((-1e-3 - offset) / sd)
        low, high = binomial_band(CELLS, 1 - in_place**80, 0.9999)
        assert low <= hits <= high, "99.9 % for all, seed 1"


@pytest.mark.parametrize("layers", [22, 80, 240])
def test_the_largest_of_many_is_that_of_the_exact_inverse(layers: int) -> None:
    uniform = np.random.default_rng(1).random(100_000, dtype=np.float32)
    exact = norm.isf(-np.expm1(np.log1p(-uniform.astype(np.float64)) / layers))
    found = [largest_of(one, np.float32(1 / layers)) for one in uniform]
    assert np.abs(found - exact).max() < 1e-3


def test_a_machine_that_places_exactly_leaves_the_overhang_as_designed(line: Line) -> None:
    cell = lot(100)
    exact = Alignment.model_construct(overhang=1e-3, sd=0.0, offset_sd=0.0, layers=80)
    assert exact.place(cell, 1, occasion(line)) == []
    assert cell.state["overhang"] == pytest.approx(np.full(100, 1e-3))
