"""Plants with physics: machine code writes the journal of SimPy, row by row and bit by bit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from busy_plant import busy_plant
from generic_lines import finished
from traced_plant import traced_plant
from two_engines import assert_same
from watched_plant import pilot_with

from twin import Line, put, read_line, turn
from twin.journal import Action, State
from twin.read import known_lines

LARGE = [path for path in known_lines() if path.stem != "pilot_line"]


@pytest.mark.parametrize(("evaluate", "days"), [("all", 8), ("sample:10%", 24)])
def test_cells_of_the_pilot_line_are_the_same(evaluate: str, days: int) -> None:
    journal = assert_same(read_line("pilot_line"), days=days, seed=3, evaluate=evaluate, cells="all", truth=True)
    assert len(journal.columns("truth")["time"]) > 100
    assert (len(journal.columns("evaluated")["time"]) > 100) == (evaluate != "all")


def test_flaws_that_escape_and_cells_that_are_kept_are_the_same() -> None:
    journal = assert_same(traced_plant(), days=8, seed=3, evaluate="sample:10%", cells="sample:20%")
    assert len(journal.columns("escapes")["time"]) > 10 < len(journal.columns("cells")["time"])


@pytest.mark.parametrize("plant", LARGE, ids=lambda path: path.stem)
def test_every_large_plant_is_the_same_with_larger_lots_and_a_sample_of_them(plant: Path) -> None:
    journal = assert_same(read_line(plant), days=6, seed=7, evaluate="sample:2%", lot_scale=8)
    rejects = journal.columns("rejects")
    assert len(np.unique(journal.columns("visits")["station"])) > 15
    assert {Action.SCRAP, Action.LOSS} <= set(rejects["action"])


@pytest.mark.parametrize("evaluate", ["all", "sample:10%", "sample:70%"])
def test_cells_that_are_joined_split_and_sent_back_are_the_same(evaluate: str) -> None:
    journal = assert_same(traced_plant(), days=8, seed=3, evaluate=evaluate, cells="all")
    assert (journal.columns("rejects")["action"] == Action.SENT_BACK).any()
    assert finished(journal) > 80


@pytest.mark.parametrize("action", ["hold", "stop", "call"])
def test_machines_stand_still_alike_after_an_alarm(tmp_path: Path, action: str) -> None:
    journal = assert_same(pilot_with(tmp_path, action), days=10, seed=2, evaluate="sample:30%")
    assert len(journal.columns("alarms")["time"]) > 5


@pytest.mark.parametrize("evaluate", ["all", "sample:30%"])
def test_whatever_befalls_a_machine_befalls_it_alike(evaluate: str) -> None:
    journal = assert_same(busy_plant(), days=4, seed=2, cells="all", evaluate=evaluate)
    # knives are new after the alarm of a chart, whether or not their station has shifts
    stops = journal.frame("stops")
    set_up = stops[stops.state == State.SETUP].groupby("station").size()
    assert set_up["cathode_slitting"] > 5 < set_up["anode_slitting"]


def varied(line: Line, luck: Random) -> Line:
    """Return a plant with other machines, buffers, shelf lives, crews and pairing; drawn evenly from a few of each."""
    changes: dict[str, Any] = {}
    for name, buffer in line.buffers.items():
        if buffer.shelf_life is not None and luck.random() < 0.4:
            changes[f"buffers.{name}.shelf_life"] = f"{luck.choice([3, 6, 12])} h"
        if buffer.capacity is not None and luck.random() < 0.4:
            changes[f"buffers.{name}.capacity"] = luck.choice([1, 2, 5, 30])
    for name, station in line.stations.items():
        if luck.random() < 0.3:
            changes[f"stations.{name}.servers"] = luck.choice([1, 2, 4])
        if station.failures is not None and luck.random() < 0.5:
            changes[f"stations.{name}.failures.mtbf"] = f"{luck.choice([0.3, 3.0])} h"
    for name, crew in line.crews.items():
        changes[f"crews.{name}.size"] = crew.size * luck.choice([1, 1.5])
    return put(turn(line, {"stacking.pairing": luck.choice(["first", "loading"])}), changes)


@pytest.mark.parametrize("seed", range(5))
def test_plants_with_any_machines_buffers_shelf_lives_and_crews_are_the_same(seed: int) -> None:
    luck = Random(seed)
    run: Mapping[str, Any] = {
        "evaluate": luck.choice(["all", "sample:3%", "sample:40%"]),
        "cells": luck.choice(["all", "none", "sample:5%"]),
    }
    assert_same(varied(read_line("pilot_line"), luck), days=9, seed=seed, **run)
