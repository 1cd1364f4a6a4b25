"""Both engines write the same journal for the flow of every declared plant."""

from __future__ import annotations

from pathlib import Path

import pytest
from generic_lines import finished, state_shares
from timed_plants import as_timed
from two_engines import assert_same

from twin import read_line
from twin.journal import Action
from twin.read import known_lines


@pytest.mark.parametrize("plant", known_lines(), ids=lambda path: path.stem)
def test_the_flow_of_every_declared_plant_is_the_same_in_both_engines(plant: Path) -> None:
    line = as_timed(read_line(plant))
    # until lots have gone through formation and ageing, some of them after a second soak
    journal = assert_same(line, days=25, seed=7)
    assert finished(journal) > 20
    rejects = journal.columns("rejects")["action"]
    assert (rejects == Action.SENT_BACK).any() == any(buffer.rework for buffer in line.buffers.values())
    for name, station in line.stations.items():
        shares = state_shares(journal, name)
        assert (shares["off_shift"] > 0) == (line.staffed(station.calendar) < 1)
        assert shares["repair"] == 0 or station.failures is not None
