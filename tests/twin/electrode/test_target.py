"""The loading that a coater is set for: what it gives more of one electrode it takes from the length of the web."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from twin import Journal, Run, read_line, simulate, turn
from twin.genealogy import code
from twin.material import Electrode, Slurry
from twin.measured import CELL
from twin.occasion import Occasion
from twin.randomness import Luck

DAYS, MORE = 22, 1.03


@cache
def run(cathode: float, anode: float) -> Journal:
    settings = {"cathode_coating.target": cathode, "anode_coating.target": anode}
    return simulate(Run(turn(read_line("pilot_line"), settings), days=DAYS, warmup=0, seed=3, cells="all"))


def test_the_same_slurry_coats_less_web_with_more_on_it() -> None:
    rolls = {}
    for target in (1.0, MORE):
        line = turn(read_line("pilot_line"), {"cathode_coating.target": target})
        mixing, coating = (line.stations[f"cathode_{name}"].step for name in ("mixing", "coating"))
        at = Occasion(Luck(1, "x"), 0, product=line.cell)
        (slurry,) = mixing.make([], at).outputs
        assert isinstance(slurry, Slurry)
        made = coating.make([slurry], at)
        (rolls[target], *_) = made.outputs
        # mass is neither made nor lost
        left = sum(roll.solids for roll in made.outputs if isinstance(roll, Electrode))
        assert left + sum(loss.solids for loss in made.losses) == pytest.approx(slurry.solids)
    plain, heavy = rolls[1.0], rolls[MORE]
    assert isinstance(plain, Electrode) and isinstance(heavy, Electrode)
    assert heavy.solids / heavy.length == pytest.approx(MORE * plain.solids / plain.length)
    # the loop has other rolls in its bank for a shorter web, so means agree to their spread
    assert heavy.loading.mean() == pytest.approx(MORE * plain.loading.mean(), rel=0.01)


def test_the_press_is_set_for_the_target_and_keeps_the_porosity() -> None:
    found = {}
    for target in (1.0, MORE):
        journal = run(target, target)
        rows = journal.columns("measurements")
        gauge = [(station, name) for station, name, _ in journal.line.gauges].index(
            ("cathode_calendering", "thickness")
        )
        here = rows["gauge"] == gauge
        found[target] = float(rows["mean"][here].mean())
    assert found[MORE] == pytest.approx(MORE * found[1.0], rel=0.002)


def test_more_cathode_gives_more_capacity_and_more_coating_in_every_cell() -> None:
    plain, heavy = run(1.0, 1.0), run(MORE, MORE)
    ampere_hours = [np.nanmean(journal.columns("cells")["capacity_ah"]) for journal in (plain, heavy)]
    # with the anode's lithium loss growing alike, capacity goes with both
    assert ampere_hours[1] / ampere_hours[0] == pytest.approx(MORE, abs=0.004)
    kilograms = []
    for journal in (plain, heavy):
        stock = journal.columns("stock")
        cells = stock["unit"] == CELL
        kilograms.append(stock["cathode_kg"][cells].sum() / stock["units"][cells].sum())
    assert kilograms[1] / kilograms[0] == pytest.approx(MORE, rel=1e-3)


def test_gauges_report_relative_to_the_target() -> None:
    journal = run(MORE, 1.0)
    rows = journal.columns("measurements")
    gauge = [(station, name) for station, name, _ in journal.line.gauges].index(("cathode_coating", "loading"))
    here = rows["gauge"] == gauge
    assert len(np.unique(code(rows["family"][here], rows["lot"][here]))) > 20
    assert rows["mean"][here].mean() == pytest.approx(1.0, abs=0.003)
