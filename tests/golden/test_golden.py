"""Every declared plant does to the unit what it did when its numbers were last looked at."""

from __future__ import annotations

import json
from typing import Any

import pytest
from golden.regenerate import GOLDEN, PLANTS, run_of


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return found


def test_every_plant_has_a_golden_run(written: dict[str, Any]) -> None:
    assert sorted(written) == PLANTS


@pytest.mark.parametrize("plant", PLANTS)
def test_a_plant_runs_as_it_was_written_down(plant: str, written: dict[str, Any]) -> None:
    found = run_of(plant)
    for part in ("stations", "rejects"):
        # whole parts are compared, so that the failure shows which stations or reasons have moved
        moved = {name: (found[part].get(name), was) for name, was in written[plant][part].items()}
        assert {name: pair for name, pair in moved.items() if pair[0] != pair[1]} == {}
        assert set(found[part]) == set(written[plant][part])
