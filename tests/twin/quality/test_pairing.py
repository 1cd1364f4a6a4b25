"""Feed-forward from the loading gauge to stacking: heavy lanes are paired with heavy ones."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from twin import Journal, Run, read_line, simulate, turn
from twin.genealogy import code


@cache
def paired(pairing: str) -> Journal:
    # uncontrolled coaters, so that there is something to pair
    settings = {"stacking.pairing": pairing, "cathode_coating.controller": "open", "anode_coating.controller": "open"}
    return simulate(Run(turn(read_line("pilot_line"), settings), days=25, warmup=0, seed=4))


def loadings_of_pairs(journal: Journal) -> np.ndarray:
    """Return the measured loading of the rolls of the cathode and the anode in each lot of stacks. Shape (lots, 2)."""
    lots, measured = journal.columns("lots"), journal.columns("measurements")
    names = [(station, name) for station, name, _ in journal.line.gauges]
    parent = dict(zip(code(lots["family"], lots["lot"]), code(lots["parent_family"], lots["parent"]), strict=True))
    reported = {}
    for side in ("cathode", "anode"):
        rows = measured["gauge"] == names.index((f"{side}_coating", "loading"))
        reported[side] = dict(
            zip(code(measured["family"][rows], measured["lot"][rows]), measured["mean"][rows], strict=True)
        )
    found: dict[int, dict[str, float]] = {}
    stacking = journal.stations.index("stacking")
    ours = lots["family"] == stacking
    for lot, family, serial in zip(lots["lot"][ours], lots["parent_family"][ours], lots["parent"][ours], strict=True):
        side = journal.stations[family].split("_")[0]
        roll = parent.get(code(family, serial))
        if side in reported and roll in reported[side]:
            found.setdefault(int(lot), {})[side] = reported[side][roll]
    return np.array([[pair["cathode"], pair["anode"]] for pair in found.values() if len(pair) == 2])


def test_lanes_that_are_paired_by_loading_are_more_alike() -> None:
    apart = {pairing: loadings_of_pairs(paired(pairing)) for pairing in ("first", "loading")}
    spread = {pairing: float(np.std(np.diff(pairs, axis=1))) for pairing, pairs in apart.items()}
    assert len(apart["first"]) > 50
    # as they come they are independent: the variances of both add up (95 % of 50 pairs and more, seed 4)
    alone = np.sqrt(apart["first"].var(axis=0).sum())
    assert spread["first"] == pytest.approx(alone, rel=0.25)
    assert spread["loading"] < 0.85 * spread["first"]


def test_every_lane_is_still_used_once() -> None:
    lots = paired("loading").columns("lots")
    stacking = paired("loading").stations.index("stacking")
    parents = code(lots["parent_family"], lots["parent"])[lots["family"] == stacking]
    assert len(parents) == len(np.unique(parents)) > 100
