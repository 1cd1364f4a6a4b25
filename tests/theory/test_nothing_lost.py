"""Random small lines: no lot is lost, none is made twice, none stands still, first come is first served."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from generic_lines import DAY, always, exponential, line_of, run_days, timed
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from twin import Journal, Line

CREW_AND_WEEK = """
crews: {menders: {size: 1}, operators: {size: 2}}
calendars: {two_shifts: {shifts: [{start: 6 h, hours: 16 h}]}}
"""


@dataclass
class Branch:
    """A station and what flows into it."""

    time: str
    servers: int = 1
    scrap: float = 0.0
    split: int = 1
    more: list[str] = field(default_factory=list)
    inputs: list[tuple[str, Branch]] = field(default_factory=list)


EXTRAS = st.sets(
    st.sampled_from(
        [
            "failures: {mtbf: 20 min, mttr: 5 min}",
            "setups: {tool: {every_lots: 4, takes: 2 min}}",
            "maintenance: {clean: {every: 5 h, takes: 20 min}}",
            "calendar: two_shifts",
            "crew: {operators: 1}",
        ]
    ),
    max_size=2,
)
TIMES = st.builds(lambda make, mean: make(float(mean)), st.sampled_from([always, exponential]), st.integers(30, 400))


@st.composite
def branches(draw: st.DrawFn, depth: int = 3) -> Branch:
    """Draw a tree of stations: its leaves are sources, its root is the end of the line."""
    here = Branch(draw(TIMES), draw(st.integers(1, 3)), more=sorted(draw(EXTRAS)))
    if draw(st.booleans()) and not any("failures" in text for text in here.more):
        here.more.append("failures: {mtbf: 30 min, mttr: 5 min, crew: menders}")
    ways = draw(st.integers(0, 2)) if depth else 0
    for _ in range(ways):
        capacity = str(draw(st.integers(0, 5)))
        if draw(st.integers(0, 4)) == 0:
            capacity += ", shelf_life: 10 min"
        here.inputs.append((capacity, draw(branches(depth - 1))))
    if ways < 2:
        # the journal does not say which lots went into a merge that came to nothing
        here.scrap = draw(st.sampled_from([0.0, 0.0, 0.2]))
    if ways == 1:
        here.split = draw(st.sampled_from([1, 1, 2, 3]))
        together = draw(
            st.sampled_from(["", "", "batch: {lots: 3, patience: 5 min}", "batch: {lots: 2, patience: 0 s}"])
        )
        here.more += [together] if together else []
    return here


def line_from(root: Branch) -> Line:
    """Return the line that a tree describes; the names tell the places in it."""
    stations: dict[str, str] = {}
    buffers: list[str] = []

    def add(branch: Branch, name: str) -> None:
        for place, (capacity, before) in enumerate(branch.inputs):
            add(before, f"{name}{place}")
            buffers.append(f"{name}{place} > {name}: {capacity}")
        stations[name] = timed(branch.time, branch.servers, branch.scrap, branch.split, ", ".join(branch.more))

    add(root, "s")
    return line_of(stations, buffers, CREW_AND_WEEK)


@given(branches(), st.integers(0, 10_000))
# shrinking takes minutes and the lines are small already
@settings(max_examples=60, deadline=None, derandomize=True, phases=[Phase.generate])
def test_random_lines_keep_every_lot_and_every_second(root: Branch, seed: int) -> None:
    line = line_from(root)
    journal = run_days(line, days=1, seed=seed)
    every_lot_has_one_fate(journal)
    every_second_is_in_one_state(journal, line)
    no_server_does_two_things_at_once(journal)
    first_come_is_first_served(journal, line)
    no_buffer_holds_more_than_it_can(journal, line)
    assert set(journal.columns("visits")["station"]) == set(range(len(line.stations)))


def every_lot_has_one_fate(journal: Journal) -> None:
    """Each lot that was made is finished, scrapped, gone into other lots, or still there; and only one of these."""
    born, gone, done, lost = (_ids(journal, *table) for table in _FATES)
    sources = {number for number, name in enumerate(journal.stations) if not _inboxes(journal, name)}
    lost = Counter({lot: 1 for lot in lost if not (lot[0] in sources and lot not in born)})
    ends = Counter(set(gone)) + done + lost
    assert max(Counter(set(born)).values(), default=0) <= 1 and max(done.values(), default=0) <= 1
    assert not [lot for lot, times in ends.items() if times > 1]
    assert set(ends) <= set(born)
    stock = journal.columns("stock")
    assert stock["lots"][stock["day"] == stock["day"].max(initial=0)].sum() == len(born) - len(ends)


_FATES = (
    ("lots", "family", "lot"),
    ("lots", "parent_family", "parent"),
    ("finished", "family", "lot"),
    ("rejects", "family", "lot"),
)


def _ids(journal: Journal, table: str, family: str, lot: str) -> Counter[tuple[int, int]]:
    columns = journal.columns(table)
    ids = zip(columns[family].tolist(), columns[lot].tolist(), strict=True)
    return Counter(number for number in ids if number[0] >= 0)


def _inboxes(journal: Journal, station: str) -> list[str]:
    return [name for name in journal.buffers if name.endswith(f"_{station}")]


def every_second_is_in_one_state(journal: Journal, line: Line) -> None:
    states = journal.columns("states")
    seconds = np.array([states[name] for name in states if name not in ("day", "station")])
    assert (seconds >= -1e-6).all()
    servers = np.array([station.servers for station in line.stations.values()])
    np.testing.assert_allclose(seconds.sum(axis=0), servers[states["station"]] * DAY)


def no_server_does_two_things_at_once(journal: Journal) -> None:
    visits = journal.frame("visits")
    assert (visits["arrive"] <= visits["start"]).all()
    assert (visits["start"] <= visits["finish"]).all() and (visits["finish"] <= visits["leave"]).all()
    turns = visits.groupby(["station", "server", "start"], as_index=False)["leave"].max()
    before = turns.groupby(["station", "server"])["leave"].shift()
    assert (turns["start"] >= before.fillna(0.0) - 1e-6).all()


def first_come_is_first_served(journal: Journal, line: Line) -> None:
    # a server that is set up, or waits for people, with its lot begins later than it took it
    at_once = [name for name, station in line.stations.items() if not station.setups and not station.crew]
    visits = journal.frame("visits").sort_values(["station", "start", "arrive"])
    visits = visits[visits["station"].isin(at_once)]
    assert visits.groupby("station")["arrive"].apply(lambda times: times.is_monotonic_increasing).all()


def no_buffer_holds_more_than_it_can(journal: Journal, line: Line) -> None:
    levels = journal.columns("levels")
    capacities = np.array([buffer.capacity for buffer in line.buffers.values()])
    assert (levels["max_lots"] <= capacities[levels["buffer"]]).all() if len(capacities) else not len(levels["day"])
