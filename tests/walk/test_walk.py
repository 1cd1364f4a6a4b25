"""The walk-through of the page: its figures are those of its script."""

from __future__ import annotations

from pathlib import Path

import pytest
from walk import heavy_batch

PAGE = Path(heavy_batch.__file__).parents[2] / "twin" / "README.md"


@pytest.fixture(name="followed", scope="module")
def _followed() -> tuple[int, dict[str, heavy_batch.Followed]]:
    journals = {name: heavy_batch.run(name) for name in heavy_batch.CONTROLLERS}
    batch = heavy_batch.heaviest(journals["open"])
    return batch, {name: heavy_batch.follow(journal, batch) for name, journal in journals.items()}


def test_the_page_shows_what_the_script_finds(followed: tuple[int, dict[str, heavy_batch.Followed]]) -> None:
    batch, found = followed
    page = PAGE.read_text(encoding="utf-8")
    assert f"| cathode_mixing-{batch} |" in page
    assert [row for row in heavy_batch.table(found) if row not in page] == []


def test_the_batch_was_heavy_and_the_loop_saved_its_cells(
    followed: tuple[int, dict[str, heavy_batch.Followed]],
) -> None:
    _, found = followed
    without, with_pi = (found[name] for name in heavy_batch.CONTROLLERS)
    off = [abs(one.rolls[one.rolls.ours].loading.mean() - 100) for one in (without, with_pi)]
    assert off[0] > 1 > 0.5 > off[1]
    good = [int((one.cells.fate == "grade A").sum()) for one in (without, with_pi)]
    assert good[1] > 5 * good[0]
