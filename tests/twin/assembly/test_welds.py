"""Welds: how much energy worn tips bring, and what comes of too little and too much."""

from __future__ import annotations

import math

import pytest
from generic_lines import binomial_band, read_text
from lots_of_cells import lot, occasion, visits
from scipy.stats import norm

from twin import InputError, Line, read_line, turn
from twin.assembly.joining import FAULT, SPATTER, Joining, Weld, weld_resistance
from twin.read import lines_folder

CELLS, WELDS = 100_000, 2


@pytest.fixture(scope="module")
def line() -> Line:
    return read_line("pilot_line")


def welder(line: Line, **changed: float) -> Joining:
    step = line.stations["tab_welding"].step
    assert isinstance(step, Joining) and step.weld is not None
    return step.model_copy(update={"weld": step.weld.model_copy(update=changed)})


def spoiled(line: Line, step: Joining, use: float = 0.0) -> dict[str, int]:
    """Return the number of cells with each mode."""
    made = step.make([lot(CELLS)], occasion(line, use=use))
    return {FAULT: 0, SPATTER: 0, **{born.mode: len(born.places) for born in made.born}}


def weld_of(step: Joining) -> Weld:
    assert step.weld is not None
    return step.weld


@pytest.mark.parametrize("use", [0.0, 10_000.0, 20_000.0])
def test_faults_are_those_of_a_normal_energy_in_its_window(line: Line, use: float) -> None:
    step = welder(line)
    weld = weld_of(step)
    # with cells of a lot this large the tips wear; half of it is their mean
    mean = weld.energy * (1 - weld.wear * (use + CELLS / 2) * WELDS / weld.heads)
    low, high = (mean - weld.cold) / weld.sd, (weld.burnt - mean) / weld.sd
    chances = {FAULT: norm.sf(low) + norm.sf(high), SPATTER: norm.sf((weld.spatter - mean) / weld.sd)}
    found = spoiled(line, step, use)
    for mode, chance in chances.items():
        least, most = binomial_band(CELLS, 1 - (1 - chance) ** WELDS, 0.9999)
        assert least <= found[mode] <= most, f"{mode}: 99.99 %, seed 1"


def test_too_little_and_too_much_energy_both_spoil_welds_and_only_too_much_spatters(line: Line) -> None:
    little, right, much = (spoiled(line, welder(line, energy=energy, wear=0.0)) for energy in (0.9, 1.0, 1.15))
    assert little[FAULT] > 50 * max(right[FAULT], 1) < much[FAULT]
    assert little[SPATTER] < right[SPATTER] < much[SPATTER] / 50


def test_tips_changed_too_seldom_weld_cold_and_more_energy_makes_up_for_it_until_it_spatters() -> None:
    pouch, share = read_line("nmc811_pouch_10gwh"), {}
    for name, settings in {
        "often": {"tab_welding.tip_change": 12},
        "declared": {},
        "seldom": {"tab_welding.tip_change": 60},
        "seldom and hot": {"tab_welding.tip_change": 60, "tab_welding.energy": 1.06},
    }.items():
        turned, counts, cells = turn(pouch, settings), {FAULT: 0, SPATTER: 0}, 0
        for cell, at in visits(turned, "tab_welding", 60_000):
            cells += cell.size
            for born in turned.stations["tab_welding"].step.make([cell], at).born:
                counts[born.mode] += len(born.places)
        share[name] = {mode: count / cells for mode, count in counts.items()}
    assert 10 * share["often"][FAULT] < share["declared"][FAULT] < share["seldom"][FAULT] / 5
    assert share["seldom and hot"][FAULT] < share["seldom"][FAULT] / 3
    assert share["seldom and hot"][SPATTER] > 3 * share["often"][SPATTER] > 3 * share["seldom"][SPATTER]


def test_more_heads_wear_their_tips_more_slowly(line: Line) -> None:
    one, four = (welder(line, heads=heads) for heads in (1, 4))
    assert spoiled(line, four, 40_000)[FAULT] < spoiled(line, one, 40_000)[FAULT] / 10


def test_welds_in_series_add_up_and_cold_ones_resist_more() -> None:
    good, cold, hot = (weld_resistance(energy, 30e-6, 2.2) for energy in (1.0, 0.9, 1.1))
    assert good == pytest.approx(30e-6)
    assert cold == pytest.approx(30e-6 * math.exp(0.22), rel=1e-9)
    # what one has too little counts more than what the other has too much
    assert cold + hot > 2 * good


def test_every_cell_gets_the_resistance_of_its_welds(line: Line) -> None:
    cell = lot(1000)
    welder(line, wear=0.0).make([cell], occasion(line))
    resistance = cell.state["weld_resistance"]
    # mean of a lognormal: exp((2.2 sd)^2 / 2)
    assert resistance.mean() == pytest.approx(60e-6 * math.exp((2.2 * 0.035) ** 2 / 2), rel=0.01)
    assert resistance.std() / resistance.mean() == pytest.approx(2.2 * 0.035 / math.sqrt(2), rel=0.1)


def test_without_a_declared_weld_the_declared_rates_hold(line: Line) -> None:
    plain = welder(line).model_copy(update={"weld": None})
    assert plain.explains == frozenset() and welder(line).explains == {FAULT, SPATTER}
    assert not plain.make([lot(10)], occasion(line)).born


def test_tips_that_wear_are_changed_some_time(line: Line) -> None:
    folder, name = lines_folder(), "pilot_line"
    text = f"extends: {folder / name}.yaml\nstations: {{tab_welding: {{setups: {{tip_change: null}}}}}}\n"
    with pytest.raises(InputError, match="what wears is renewed; declare the set-up that does it"):
        read_text(text)
