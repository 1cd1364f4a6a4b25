"""Balances of every declared plant: what went in is what came out, was lost with a reason, or is still there."""

from __future__ import annotations

import copy
from dataclasses import replace
from math import ceil

import numpy as np
import pytest

from twin import Journal, Line, Run, costs, read_line, simulate, turn
from twin.calendar import DAY
from twin.journal import UNITS, Action
from twin.material import GRADE_B
from twin.read import known_lines

# cells and coating with these actions stay in the plant
STAYS = (Action.DOWNGRADE, Action.CURED, Action.SENT_BACK)
PLANTS = [path.stem for path in known_lines()]
# the same must hold where physics works out only some lots, and others are counted as it went with those
SAMPLED = ["pilot_line sample:5%"]


# a large plant with this share of its machines: fewer lots, on the same way through the same physics
SHARE = 0.2


def part_of(line: Line) -> Line:
    """Return a plant with fewer machines."""
    return turn(line, {f"{name}.servers": ceil(one.servers * SHARE) for name, one in line.stations.items()})


@pytest.fixture(name="journal", params=PLANTS + SAMPLED, scope="module")
def _journal(request: pytest.FixtureRequest) -> Journal:
    """30 days of a plant from its first second; of the smallest with a row for every cell."""
    name, _, evaluate = request.param.partition(" ")
    line, small = read_line(name), name == "pilot_line"
    run = Run(line if small else part_of(line), cells="all" if small else "sample:1%", evaluate=evaluate or "all")
    return simulate(replace(run, days=30, warmup=0))


def gone(journal: Journal, unit: str, column: str = "quantity") -> float:
    """Return what was lost or scrapped, in one unit or of all units."""
    rejects = journal.columns("rejects")
    counted = ~np.isin(rejects["action"], STAYS)
    if unit:
        counted &= rejects["unit"] == UNITS.index(unit)
    return float(rejects[column][counted].sum())


def left(journal: Journal, unit: str, column: str = "units") -> float:
    """Return what is in the plant at the end, in one unit or of all units."""
    stock = journal.columns("stock")
    last = stock["day"] == round(journal.end / DAY) - 1
    if unit:
        last &= stock["unit"] == UNITS.index(unit)
    return float(stock[column][last].sum())


def began(journal: Journal, steps: tuple[str, ...], column: str = "entered", electrode: str = "") -> float:
    """Return what some kinds of step worked on."""
    visits = journal.columns("visits")
    numbers = [
        number
        for number, name in enumerate(journal.stations)
        if journal.line.stations[name].step.kind in steps
        and electrode in ("", getattr(journal.line.stations[name].step, "electrode", ""))
    ]
    return float(visits[column][np.isin(visits["station"], numbers)].sum())


def test_cells_begun_are_finished_scrapped_or_in_the_plant(journal: Journal) -> None:
    started = began(journal, ("stacking", "winding"))
    finished = journal.columns("finished")["units"].sum()
    assert started > 0 and finished > 0
    assert started == finished + gone(journal, "cell") + left(journal, "cell")


def test_no_cell_has_two_fates(journal: Journal) -> None:
    cells = journal.columns("cells")["cell"]
    assert 0 < len(np.unique(cells)) == len(cells)


@pytest.mark.parametrize("journal", ["pilot_line", SAMPLED[0]], indirect=True)
def test_each_cell_of_the_pilot_line_has_one_row(journal: Journal) -> None:
    cells, finished = journal.columns("cells"), journal.columns("finished")
    assert np.count_nonzero(cells["reason"] < 0) == finished["units"].sum()
    assert np.count_nonzero(cells["reason"] >= 0) == gone(journal, "cell")
    assert np.count_nonzero(cells["grade"] == GRADE_B) == finished["grade_b"].sum()


def test_finished_cells_are_grade_a_or_grade_b(journal: Journal) -> None:
    finished = journal.columns("finished")
    np.testing.assert_array_equal(finished["grade_a"] + finished["grade_b"], finished["units"])


@pytest.mark.parametrize("electrode", ["cathode", "anode"])
def test_dry_coating_weighed_in_is_found_again_to_the_gram(journal: Journal, electrode: str) -> None:
    charged = began(journal, ("mixing",), electrode=electrode)
    column = f"{electrode}_kg"
    found = journal.columns("finished")[column].sum() + gone(journal, "", column) + left(journal, "", column)
    assert found == pytest.approx(charged, rel=1e-9)


def test_web_handed_on_and_web_lost_are_the_web_that_came_in(journal: Journal) -> None:
    visits, rejects = journal.columns("visits"), journal.columns("rejects")
    metres = (rejects["unit"] == UNITS.index("m")) & ~np.isin(rejects["action"], STAYS)
    # lots past their shelf life were never on the machine
    metres &= rejects["reason"] != journal.reason("shelf_life")
    for number, name in enumerate(journal.stations):
        if journal.line.stations[name].step.makes != "m":
            continue
        here, lost = visits["station"] == number, metres & (rejects["station"] == number)
        tried, passed = visits["tried"][here].sum(), visits["passed"][here].sum()
        assert passed + rejects["quantity"][lost].sum() == pytest.approx(tried, rel=1e-9), name


def test_separator_is_in_cells_in_the_rest_or_in_the_plant(journal: Journal) -> None:
    assert journal.line.cell is not None
    in_cells = began(journal, ("stacking", "winding")) * journal.line.cell.parts["separator"].value
    received = began(journal, ("receiving",))
    assert received > 0
    assert in_cells + gone(journal, "m**2") + left(journal, "m**2") == pytest.approx(received, rel=1e-9)


def test_every_second_of_every_server_is_in_one_state(journal: Journal) -> None:
    states = journal.columns("states")
    seconds = np.array([states[name] for name in states if name not in ("day", "station")])
    assert (seconds >= -1e-6).all()
    servers = np.array([station.servers for station in journal.line.stations.values()])
    np.testing.assert_allclose(seconds.sum(axis=0), servers[states["station"]] * DAY, rtol=1e-12, atol=1e-3)


def test_every_flaw_that_is_found_was_born_upstream(journal: Journal) -> None:
    order = {name: place for place, name in enumerate(journal.stations)}
    rejects = journal.columns("rejects")
    known = (rejects["reason"] >= 0) & (rejects["reason"] < journal.flaws)
    for reason, station in {*zip(rejects["reason"][known].tolist(), rejects["station"][known].tolist(), strict=True)}:
        flaw = journal.line.flaws[reason]
        assert order[flaw.station] <= station, journal.reasons[reason]


def test_lots_are_served_within_the_order_of_time(journal: Journal) -> None:
    visits = journal.columns("visits")
    for before, after in (("arrive", "start"), ("start", "finish"), ("finish", "leave")):
        assert (visits[before] <= visits[after] + 1e-6).all()


def from_day(journal: Journal, day: int) -> Journal:
    """Return the same run with the days before taken as warm-up, so that there is stock when it begins."""
    later = copy.copy(journal)
    later.warmup = day * DAY
    return later


def test_what_was_bought_is_in_good_cells_in_scrap_wasted_or_in_the_plant(journal: Journal) -> None:
    assert journal.line.cell is not None
    balances = costs(journal.line, from_day(journal, 25))["material_balance"]
    assert set(balances) == set(journal.line.cell.contents)
    for name, one in balances.items():
        assert one["bought"] > 0, name
        parts = one["good"] + one["scrap"] + one["waste"] + one["stock"]
        assert parts == pytest.approx(one["bought"], rel=1e-9), name


def test_money_that_left_the_till_is_in_cost_or_in_stock(journal: Journal) -> None:
    found = costs(journal.line, from_day(journal, 25))
    money, split = found["money_usd"], found["cost_usd_per_kwh"]
    six = ("material", "energy", "labour", "depreciation", "overhead", "scrap")
    assert sum(split[name] for name in six) == pytest.approx(split["total"])
    spent = sum(money[f"all_{name}"] for name in ("energy", "labour", "depreciation", "overhead"))
    spent += money["material_bought"] - money["material_to_stock"] - money["recovery"]
    assert money["total"] == pytest.approx(spent)


def test_energy_by_step_is_all_the_energy(journal: Journal) -> None:
    energy = costs(journal.line, from_day(journal, 25))["energy_kwh_per_kwh"]
    assert sum(energy["by_step"].values()) == pytest.approx(energy["total"])
    assert energy["electricity"] + energy["gas"] == pytest.approx(energy["total"])
