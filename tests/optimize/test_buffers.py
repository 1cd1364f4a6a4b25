"""Where places in buffers go: the loop against exhaustive search by exact throughput of the Markov chain."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from optimize.question import read_study
from optimize.refine import optimize

sys.path.insert(0, str(Path(__file__).parents[1]))
from generic_lines import exponential, timed
from theory.markov import best_allocation, throughput

MINUTE = 60.0


def study_of(folder: Path, rates: tuple[float, ...], places: int) -> Path:
    """Write a line of exponential stations and a study that spreads places over its buffers."""
    names = [f"s{place}" for place in range(len(rates))]
    stations = "\n".join(
        f"  {name}: {timed(exponential(MINUTE / rate))}" for name, rate in zip(names, rates, strict=True)
    )
    boxes = [f"b{place}" for place in range(len(rates) - 1)]
    buffers = "\n".join(
        f"  {box}: {{from: {names[place]}, to: {names[place + 1]}, capacity: 2}}" for place, box in enumerate(boxes)
    )
    (folder / "line.yaml").write_text(
        f"gigatwin: 1\nname: serial\nstations:\n{stations}\nbuffers:\n{buffers}\n", "utf-8"
    )
    knobs = ", ".join(f"{box}.capacity: {{levels: [0, 1, 2, 3, 4, 5], between: 0}}" for box in boxes)
    path = folder / "study.yaml"
    path.write_text(
        f"gigatwin: 1\nname: buffers\nline: line.yaml\ngoal: output\nlimits: {{places: {places}}}\nknobs: {{{knobs}}}\n"
        "days: 20\nwarmup: 1\nreplications: 4\nrounds: 4\n",
        "utf-8",
    )
    return path


@pytest.mark.parametrize(("rates", "places"), [((1.0, 1.0, 1.0, 1.0), 7), ((1.0, 1.1, 1.2), 5)])
def test_places_go_where_exhaustive_search_puts_them_or_as_well(
    tmp_path: Path, rates: tuple[float, ...], places: int
) -> None:
    plan = optimize(read_study(study_of(tmp_path, rates, places)), workers=2)
    assert plan.chosen is not None
    found = [int(plan.chosen.response.settings[f"b{place}.capacity"]) for place in range(len(rates) - 1)]
    assert sum(found) <= places
    best, most = best_allocation(rates, places)
    # 29,000 lots a run, seeds 1 to 8: two allocations that are half a per cent apart are not told apart
    assert throughput(rates, found) >= 0.995 * most, (found, best)
