"""Where a cell comes from and where a lot went, against the family tree walked by hand and the rows of all cells."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from generic_lines import always, run_days, serial_line
from traced_plant import traced_plant

from twin import InputError, Journal, recall, trace_cell
from twin.journal import Action

DAYS = 5
Lot = tuple[str, int]


@pytest.fixture(scope="module")
def journal() -> Journal:
    return run_days(traced_plant(), days=DAYS, seed=3)


@pytest.fixture(scope="module")
def parents(journal: Journal) -> dict[Lot, set[Lot]]:
    """Return the family tree as plain sets."""
    found: dict[Lot, set[Lot]] = defaultdict(set)
    for row in journal.frame("lots").itertuples():
        found[row.family, row.lot] |= {(row.parent_family, row.parent)} if row.parent >= 0 else set()
    return found


def everything_in(lot: Lot, parents: dict[Lot, set[Lot]]) -> set[Lot]:
    """Return a lot and all that went into it, by recursion."""
    return {lot}.union(*(everything_in(parent, parents) for parent in parents[lot]))


def sent_back(journal: Journal) -> pd.DataFrame:
    rejects = journal.frame("rejects")
    return rejects[rejects.action == Action.SENT_BACK]


def some_cells(journal: Journal) -> list[int]:
    """Return cells of every fate: good, scrapped at once or late, sent back once, twice, or waiting for a tray."""
    cells = journal.frame("cells")
    often = sent_back(journal).cell.value_counts()
    waiting = sorted(set(often.index) - set(cells.cell))
    groups = [
        cells.cell[cells.grade == 1],
        cells.cell[cells.grade == 2],
        cells.cell[cells.grade == 0],
        often.index[often == 1],
        often.index[often == 2],
        waiting,
    ]
    assert all(len(group) for group in groups)
    return [int(cell) for group in groups for cell in list(group)[:: max(1, len(group) // 8)]]


def lots_of(rows: pd.DataFrame) -> set[Lot]:
    return set(zip(rows.family, rows.lot.astype(int), strict=True))


def stack_of(cell: int, journal: Journal) -> Lot:
    """Return the lot in which a cell was started; its number says so."""
    return journal.stations[cell // 10**14], cell // 10**5 % 10**9


def test_a_cell_comes_from_all_that_went_into_its_stack_and_nothing_else(
    journal: Journal, parents: dict[Lot, set[Lot]]
) -> None:
    for cell in some_cells(journal):
        of_cells = ("stacking", "formation", "ageing")
        found = {lot for lot in lots_of(trace_cell(journal, cell).lots) if lot[0] not in of_cells}
        assert found == everything_in(stack_of(cell, journal), parents) - {stack_of(cell, journal)}
        assert {family for family, _ in found} >= {"cathode_mixing", "anode_mixing", "cathode_slitting", "separator"}


def test_a_cell_ends_in_the_lot_in_which_it_was_graded_or_scrapped(journal: Journal) -> None:
    ends = journal.frame("cells").set_index("cell")
    checked = 0
    for cell in some_cells(journal):
        found = trace_cell(journal, cell)
        if cell in ends.index:
            end = ends.loc[cell]
            assert (end.family, end.lot) in lots_of(found.lots)
            assert found.visits.finish.max() == end.time
            assert found.status == ("scrapped" if end.grade == 0 else "good")
            checked += 1
        else:
            assert found.status == "in plant"
    assert checked > 30


def test_a_reworked_cell_keeps_its_family_and_goes_the_way_of_its_new_tray(journal: Journal) -> None:
    often = sent_back(journal).cell.value_counts()
    graded = set(journal.frame("cells").cell)
    for cell in [cell for cell in often.index if cell in graded][::20]:
        found = trace_cell(journal, cell)
        assert list(found.visits.station).count("formation") == often[cell] + 1
        assert list(found.visits.station).count("stacking") == 1
        trays = [lot for lot in lots_of(found.lots) if lot[0] == "formation"]
        assert len(trays) == often[cell]
        # the tray holds 24 cells of several stacks, but only this cell's stack is its family
        assert len([lot for lot in lots_of(found.lots) if lot[0] == "stacking"]) == 1
        named = {lot for lot in zip(found.lots.parent_family, found.lots.parent, strict=True) if lot[1] >= 0}
        assert named < lots_of(found.lots)


def test_the_turns_of_a_cell_follow_each_other(journal: Journal) -> None:
    order = list(journal.line.stations)
    for cell in some_cells(journal):
        visits = trace_cell(journal, cell).visits
        assert (visits.arrive <= visits.start).all() and (visits.start < visits.finish).all()
        since_stacking = visits[visits.station.map(order.index) >= order.index("stacking")]
        assert since_stacking.station.iloc[0] == "stacking"
        # nothing made before is touched after, nothing of the cells happens at two places at once
        assert (
            visits[visits.station.map(order.index) < order.index("stacking")].finish.max()
            <= visits[visits.station == "stacking"].start.min()
        )
        assert (since_stacking.start.to_numpy()[1:] >= since_stacking.finish.to_numpy()[:-1]).all()


def test_a_kit_comes_from_the_roll_that_was_cut_when_the_kit_was_made(journal: Journal) -> None:
    for cell in some_cells(journal):
        found = trace_cell(journal, cell)
        kit = found.lots[found.lots.family == "separator"]
        roll = found.visits[found.visits.station == "separator"]
        assert len(roll) == 1
        assert roll.finish.iloc[0] == kit.time.iloc[0]
        assert roll.lot.iloc[0] == kit.lot.iloc[0] // 3


def test_what_contains_an_ancestor_of_a_cell_contains_the_cell(journal: Journal) -> None:
    for cell in some_cells(journal)[::4]:
        for family, lot in lots_of(trace_cell(journal, cell).lots):
            found = recall(journal, f"{family}-{lot}")
            assert cell in set(found.cell), f"{family}-{lot}"


@pytest.mark.parametrize("station", ["cathode_mixing", "anode_coating", "cathode_slitting", "separator"])
def test_a_recall_finds_every_cell_whose_stack_contains_the_lot(
    journal: Journal, parents: dict[Lot, set[Lot]], station: str
) -> None:
    visits = journal.frame("visits")
    begun = visits[visits.station == "stacking"].set_index("lot").tried.astype(int)
    contents = {stack: everything_in(("stacking", stack), parents) for stack in begun.index}
    for lot in range(0, 9, 4):
        stacks = [stack for stack, inside in contents.items() if (station, lot) in inside]
        found = recall(journal, f"{station}-{lot}")
        assert set(found.lot) == {f"stacking-{stack}" for stack in stacks}
        assert len(found) == begun[stacks].sum() > 0


def test_a_recall_of_a_tray_or_pallet_finds_as_many_cells_as_were_put_in(journal: Journal) -> None:
    made = journal.frame("lots").drop_duplicates(["family", "lot"])
    for family in ("formation", "ageing"):
        lots = made[made.family == family]
        assert len(lots) > 10
        for row in lots[:: len(lots) // 10].itertuples():
            assert len(recall(journal, f"{family}-{row.lot}")) == row.units, f"{family}-{row.lot}"


def test_a_recall_tells_what_became_of_every_cell(journal: Journal) -> None:
    ends = journal.frame("cells").set_index("cell")
    for lot in ("cathode_mixing-1", "cathode_mixing-20", "stacking-30"):
        found = recall(journal, lot).set_index("cell")
        known = found.index.intersection(ends.index)
        fate = np.where(ends.grade[known] == 0, "scrapped", "good")
        assert (found.status[known] == fate).all()
        assert (found.status[found.index.difference(known)] == "in plant").all()
        assert (found.reason[known] == ends.reason[known]).all()
    assert (found.status == "scrapped").any()


def test_all_stacks_together_hold_every_cell_that_was_started_once(journal: Journal) -> None:
    visits = journal.frame("visits")
    stacks = visits[visits.station == "stacking"]
    cells = pd.concat([recall(journal, f"stacking-{lot}") for lot in stacks.lot])
    assert cells.cell.is_unique
    assert len(cells) == stacks.tried.sum()
    assert (cells.status == "good").sum() == journal.columns("finished")["units"].sum()


@pytest.mark.parametrize(
    ("lot", "said"),
    [
        ("cathode_mixin-1", "did you mean 'cathode_mixing'?"),
        ("cathode_mixing-99999", "made 'cathode_mixing-0' to 'cathode_mixing-"),
        ("cathode_mixing-x", "made 'cathode_mixing-0' to"),
        ("formation-7", "made 'formation-1000000000' to"),
        ("filling-3", "lots are named after the station that made them"),
        ("", "lots are named after the station that made them"),
    ],
)
def test_a_lot_that_nobody_made_is_refused_with_a_cure(journal: Journal, lot: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        recall(journal, lot)
    assert said in str(refused.value)


@pytest.mark.parametrize("cell", [-1, 0, 10**19, 8 * 10**14 + 99_999, 8 * 10**14 + 10**13])
def test_a_cell_that_nobody_started_is_refused_with_a_cure(journal: Journal, cell: int) -> None:
    assert journal.stations[8] == "stacking"
    with pytest.raises(InputError, match="see the table 'cells'"):
        trace_cell(journal, cell)


def test_a_line_without_cells_has_nothing_to_trace() -> None:
    journal = run_days(serial_line([always(60.0), always(60.0)], [2]), days=1)
    with pytest.raises(InputError, match="makes no cells"):
        recall(journal, "s0-0")
    with pytest.raises(InputError, match="makes no cells"):
        trace_cell(journal, 0)
