"""Ways back: how often cells go round, and circles of stations that wait for each other."""

from __future__ import annotations

import pytest
from cell_lines import TESTING, cell_line
from generic_lines import binomial_band, run_days

from twin import Line
from twin.flow import Deadlock
from twin.journal import Action


def soaking_loop(flawed: float, success: float, times: int, room: int = 50, servers: int = 4) -> Line:
    """Return a plant in which cells that fail the test soak again."""
    soaking = f"{{servers: {servers}, step: {{kind: soaking, time: 20 min}}}}"
    defects = f"""
  dry_spot: {{born: [soaking], per_cell: {flawed}, seen: [{{at: testing, pod: 1.0}}],
             rework: {{to: soaking, success: {success}, times: {times}}}}}
"""
    line = cell_line(
        {"soaking": soaking, "testing": TESTING},
        ["stacking > soaking: 4", "soaking > testing: 4", f"testing > soaking: {room}, rework: true"],
        "defects:" + defects,
    )
    return line


def test_cells_go_round_as_often_as_a_truncated_geometric_number() -> None:
    # 10 % flawed, each further soak cures 40 %, three are allowed; binomial intervals of 99.9 %, seed 2
    journal = run_days(soaking_loop(0.1, 0.4, 3), days=15, seed=2)
    rejects = journal.frame("rejects")
    rejects = rejects[rejects["action"].isin([Action.SENT_BACK, Action.SCRAP])]
    rounds = rejects.groupby("cell")["action"].agg(list)
    tested = journal.frame("cells")["cell"].nunique()
    assert tested > 10_000
    low, high = binomial_band(tested, 0.1)
    # those that wait for a full tray are not decided yet
    assert low - 100 < len(rounds) < high + 100
    decided = set(journal.columns("cells")["cell"].tolist())
    rounds = rounds[rounds.index.isin(decided)].map(lambda actions: actions.count(Action.SENT_BACK))
    for times, chance in ((1, 0.4), (2, 0.6 * 0.4), (3, 0.6 * 0.6)):
        low, high = binomial_band(len(rounds), chance)
        assert low <= (rounds == times).sum() <= high, times
    scrapped = rejects[rejects["action"] == Action.SCRAP]
    low, high = binomial_band(len(rounds), 0.6**3)
    assert low <= len(scrapped) <= high


def test_no_cell_is_reworked_more_often_than_allowed() -> None:
    journal = run_days(soaking_loop(0.2, 0.0, 2), days=6)
    rejects = journal.columns("rejects")
    back = rejects["cell"][rejects["action"] == Action.SENT_BACK].tolist()
    assert max(back.count(cell) for cell in set(back)) == 2
    good = set(journal.columns("cells")["cell"][journal.columns("cells")["reason"] < 0].tolist())
    assert good.isdisjoint(back)


def test_a_circle_of_full_buffers_is_found_and_named() -> None:
    # every cell comes back and there is one place on the way, so soaking and testing soon wait for each other
    with pytest.raises(Deadlock) as found:
        run_days(soaking_loop(1.0, 0.0, 100, room=1, servers=1), days=10)
    assert set(found.value.stations) == {"soaking", "testing"}
    assert "deadlock on day" in str(found.value) and "soaking waits for testing" in str(found.value)
    assert 0 < found.value.time < 10 * 86400
