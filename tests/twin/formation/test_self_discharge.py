"""Self-discharge: what days of rest and the state of charge let the K-value see."""

from __future__ import annotations

import math

import numpy as np
import pytest
from cell_lines import cell_line
from generic_lines import binomial_band, run_days
from lots_of_cells import LOTS, lot, occasion, visits
from scipy.stats import norm

from twin import InputError, Line, read_line, turn, unit_costs
from twin.formation.ageing import HIGH_K, Ageing, Short, k_value, robust_limit
from twin.journal import Action

DAY = 86400.0
PARTICLE = "metal_particle_contamination"


@pytest.fixture(scope="module")
def line() -> Line:
    return read_line("nmc811_pouch_10gwh")


def resting(line: Line, slope: float, days: float, limit: float = 4.0) -> Ageing:
    """Return ageing of cells that all leak 2 mA where they have a particle."""
    step = line.stations["ageing"].step
    assert isinstance(step, Ageing) and step.self_discharge is not None
    changed = {
        "slope": slope,
        "shorts": {PARTICLE: Short.model_construct(current=2e-3, spread=1e-9)},
        "limit": limit,
    }
    rest = step.self_discharge.model_copy(update=changed)
    return step.model_copy(update={"time": days * DAY, "self_discharge": rest})


def particle(line: Line) -> int:
    return next(flaw.number for flaw in line.flaws if flaw.name == PARTICLE)


def found(line: Line, step: Ageing, shorted: int = 20) -> tuple[float, int, int, int]:
    """Return how many cells of 100 Ah with a short, and how many good ones, are sorted out and how many there are.

    Args:
        line: the plant.
        step: ageing.
        shorted: cells with a short in each lot of 2000.
    """
    assert line.cell is not None
    bits, hits, wrong, lots = 1 << particle(line), 0, 0, 100
    at = occasion(line)._replace(product=line.cell.model_copy(update={"capacity": 100 * 3600.0}))
    for serial in range(lots):
        cell = lot(2000, dict.fromkeys(range(0, 100 * shorted, 100), bits))
        made = step.make([cell], at._replace(lot=serial))
        places = made.sorted_out[0][1] if made.sorted_out else np.zeros(0, np.intp)
        right = np.isin(places, list(cell.flaws))
        hits, wrong = hits + int(right.sum()), wrong + int((~right).sum())
        assert set(made.blamed) == set(cell.flaws)
    return hits, shorted * lots, wrong, (2000 - shorted) * lots


@pytest.mark.parametrize(("days", "slope", "published"), [(3, 0.12, 0.02), (7, 0.12, 0.72), (7, 0.01, 0.0)])
def test_a_short_of_2_ma_in_100_ah_is_found_as_often_as_published(
    line: Line, days: float, slope: float, published: float
) -> None:
    step = resting(line, slope, days)
    rest = step.self_discharge
    assert rest is not None
    # K = I 24 h/C 100 % dV/dQ, in mV a day; two measurements of voltage; leaks of good cells differ too
    short = 2e-3 * 24 / 100 * slope * 1e3
    good = math.hypot(math.sqrt(2) * 0.06 / days, rest.base_cv * 0.0002 * slope * 1e3)
    chance = norm.cdf(short / good - 4)
    assert chance == pytest.approx(published, abs=0.01)
    hits, cells, _, _ = found(line, step)
    low, high = binomial_band(cells, chance)
    # the limit comes from the lot itself, and 1 % of shorted cells widen it a little
    assert low - 0.03 * cells <= hits <= high, "99.9 %, seed 1"


@pytest.mark.parametrize("limit", [2.0, 3.0])
def test_good_cells_are_sorted_out_as_often_as_a_normal_law_exceeds_the_limit(line: Line, limit: float) -> None:
    _, _, wrong, cells = found(line, resting(line, 0.12, 7, limit), shorted=0)
    low, high = binomial_band(cells, norm.sf(limit))
    # each lot's limit is estimated from 2000 cells, which adds a little on the whole
    assert low <= wrong <= 1.05 * high, "99.9 %, seed 1"


def test_the_robust_limit_is_that_of_a_normal_law_and_outliers_hardly_move_it() -> None:
    values = np.random.default_rng(1).normal(5.0, 2.0, 100_000).astype(np.float32)
    assert robust_limit(values, 4.0) == pytest.approx(5.0 + 4 * 2.0, rel=0.01)
    values[:1000] = 1e6
    assert robust_limit(values, 4.0) == pytest.approx(5.0 + 4 * 2.0, rel=0.03)


def test_the_k_value_of_a_leak_is_the_fall_of_the_open_circuit_voltage() -> None:
    # 0.048 % a day at 1.2 mV for each per cent
    k = k_value(2e-3, 100 * 3600.0, 0.12, 0.0, 6e-5, 7 * DAY)
    assert k * DAY == pytest.approx(0.048 * 1.2e-3, rel=1e-5)


def test_cells_leak_the_declared_share_a_day_and_shorts_come_on_top(line: Line) -> None:
    assert line.cell is not None
    cell, number = lot(5000, {7: 1 << particle(line)}), particle(line)
    made = resting(line, 0.12, 7).make([cell], occasion(line))
    base = 0.0002 * line.cell.capacity / DAY
    leak = np.delete(cell.state["leak"], 7)
    assert leak.mean() == pytest.approx(base, rel=0.01) and leak.std() == pytest.approx(0.14 * base, rel=0.05)
    assert cell.state["leak"][7] == pytest.approx(2e-3 + base, rel=0.1)
    assert made.blamed == {7: number}


def test_the_worst_of_several_shorts_is_blamed(line: Line) -> None:
    step = resting(line, 0.12, 7)
    assert step.self_discharge is not None
    burr = "slitting_burr_over_limit"
    number = next(flaw.number for flaw in line.flaws if flaw.name == burr)
    shorts = {**step.self_discharge.shorts, burr: Short.model_construct(current=5e-3, spread=1e-9)}
    both = step.self_discharge.model_copy(update={"shorts": shorts})
    cell = lot(100, {3: 1 << number | 1 << particle(line)})
    made = step.model_copy(update={"self_discharge": both}).make([cell], occasion(line))
    assert made.blamed == {3: number}


def test_dead_cells_are_not_sorted_out(line: Line) -> None:
    cell = lot(500, {3: 1 << particle(line)})
    cell.alive[3] = False
    assert not resting(line, 1.0, 30).make([cell], occasion(line)).sorted_out


def test_the_slope_is_that_of_the_cell_s_own_voltage_unless_it_is_declared(line: Line) -> None:
    rest = line.stations["ageing"].step.self_discharge
    cell = line.cell
    assert cell is not None and cell.response is not None
    rise = cell.response.voltage_as_designed(0.92) - cell.response.voltage_as_designed(0.88)
    assert rest.slope_of(cell) == pytest.approx(rise / 0.04)
    assert rest.model_copy(update={"slope": 0.12}).slope_of(cell) == 0.12


def test_lfp_is_flat_where_nmc_is_steep(line: Line) -> None:
    lfp = read_line("lfp_prismatic_16gwh")
    at_60 = {}
    for plant in (line, lfp):
        assert plant.cell is not None and plant.cell.response is not None
        at_60[plant.name] = plant.cell.response.slope_as_designed(0.6)
    # mV for each per cent: 7 to 12 on the slope of NMC811, 0.1 to 0.5 on the plateau of LFP
    assert 0.7 < at_60[line.name] < 1.2 and 0.01 < at_60[lfp.name] < 0.05


def test_a_plant_that_ages_cells_knows_their_voltage() -> None:
    rest = "{charge: 0.5, base: 0.0002 1/day, base_cv: 0.1, noise: 0.06 mV, limit: 3}"
    ageing = f"{{servers: 1, step: {{kind: ageing, time: 12 h, self_discharge: {rest}}}}}"
    with pytest.raises(InputError, match="declare the 'response' of the cell, or the 'slope'"):
        cell_line({"ageing": ageing}, ["stacking > ageing: 8"])


def test_a_short_of_a_mode_that_nobody_declares_is_refused() -> None:
    rest = "charge: 0.5, slope: 1 V, base: 0.0002 1/day, base_cv: 0.1, noise: 0.06 mV, limit: 3"
    shorts = "{partcle: {current: 1 A, spread: 1}}"
    step = f"{{kind: ageing, time: 12 h, self_discharge: {{{rest}, shorts: {shorts}}}}}"
    defects = "defects: {particle: {born: [stacking], per_cell: 0.01}}"
    with pytest.raises(InputError, match="no defect mode 'partcle'; did you mean 'particle'"):
        cell_line({"ageing": f"{{servers: 1, step: {step}}}"}, ["stacking > ageing: 8"], defects)


def test_days_and_charge_are_knobs_that_decide_what_is_found() -> None:
    lfp = read_line("lfp_prismatic_16gwh")
    seen = {}
    for name, settings in {
        "as declared": {},
        "three days": {"ageing.time": "3 day"},
        "on the plateau": {"ageing.charge": 0.6},
    }.items():
        step, bits = turn(lfp, settings).stations["ageing"].step, 1 << particle(lfp)
        cells = [lot(2000, dict.fromkeys(range(0, 2000, 50), bits)) for _ in range(20)]
        made = [step.make([cell], occasion(lfp, serial)) for serial, cell in enumerate(cells)]
        seen[name] = sum(
            int(np.isin(places, list(made[0].blamed)).sum()) for one in made for _, places in one.sorted_out
        )
    assert seen["as declared"] > 1.1 * seen["three days"] > 5 * seen["on the plateau"]


@pytest.mark.parametrize("name", LOTS)
def test_hardly_a_good_cell_fails_its_k_value(name: str) -> None:
    line, wrong, cells = read_line(name), 0, 0
    for cell, at in visits(line, "ageing", 50_000):
        made = line.stations["ageing"].step.make([cell], at)
        wrong += sum(len(places) for _, places in made.sorted_out)
        cells += cell.size
    assert wrong / cells < 3e-4


@pytest.mark.parametrize("name", LOTS)
def test_as_many_cells_fail_their_k_value_as_in_a_mature_plant(name: str) -> None:
    line, out, cells = read_line(name), 0, 0
    mode = "high_self_discharge_K_value"
    number = next(flaw.number for flaw in line.flaws if flaw.name == mode)
    every = round(1 / (line.defects[mode].per_cell or 0.0))
    for cell, at in visits(line, "ageing", 50_000):
        cell.flaws = dict.fromkeys(range(at.lot % every, cell.size, every), 1 << number)
        out += sum(len(places) for _, places in line.stations["ageing"].step.make([cell], at).sorted_out)
        cells += cell.size
    # the reference data have 0.1 to 1 % of cells; leaks of named particles and burrs come on top of these
    assert 0.001 < out / cells < 0.01


def test_a_cell_sorted_out_for_its_leak_is_written_down_with_the_flaw_that_explains_it() -> None:
    rest = (
        "{charge: 0.5, slope: 1 V, base: 0.0002 1/day, base_cv: 0.1, noise: 0.06 mV, "
        "limit: 3, shorts: {particle: {current: 1 A, spread: 0.1}}}"
    )
    small = cell_line(
        {"ageing": f"{{servers: 60, step: {{kind: ageing, time: 12 h, self_discharge: {rest}}}}}"},
        ["stacking > ageing: 8"],
        "defects: {particle: {born: [stacking], per_cell: 0.01}, scratch: {born: [stacking], per_cell: 0.5}}",
    )
    journal = run_days(small, days=4, seed=2)
    rejects = journal.frame("rejects")
    rejects = rejects[(rejects["station"] == "ageing") & (rejects["cell"] >= 0)]
    assert set(rejects["action"]) == {Action.SCRAP}
    counts = rejects["reason"].value_counts()
    assert set(counts.index) == {"particle@stacking", HIGH_K}
    finished = journal.frame("finished")["units"].sum()
    low, high = binomial_band(int(finished + len(rejects)), 0.01)
    # a leak of 1 A is always seen; a scratch leaks nothing, and nobody blames it
    assert low <= counts["particle@stacking"] <= high, "99.9 %, seed 2"
    low, high = binomial_band(int(finished), norm.sf(3))
    assert low / 2 <= counts[HIGH_K] <= 2 * high


def test_a_higher_charge_in_ageing_draws_what_does_not_come_back_of_it(line: Line) -> None:
    ageing = line.stations["ageing"]
    assert ageing.draws == ageing.energy
    half = turn(line, {"ageing.charge": 0.5}).stations["ageing"]
    # 85 % of the 40 points that are no longer charged would have come back
    assert ageing.draws.electricity - half.draws.electricity == pytest.approx(0.4 * 0.15)
    assert unit_costs(turn(line, {"ageing.charge": 1})).energy["ageing"] > unit_costs(line).energy["ageing"]
