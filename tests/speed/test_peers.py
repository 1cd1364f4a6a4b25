"""All simulators must answer the same question, else their speeds say nothing about each other."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from statistics import mean, variance

import pytest
from speed.peer_lines import PEERS, Peer, by_simpy
from speed.peers import ours
from speed.workloads import PARALLEL, SERIAL, Workload

RUNS = 12
UNTIL = 3000.0
# short lines with short stops: one more place in a buffer or a fifth more scrap or repair is seen
SMALL = {
    "serial": replace(SERIAL, stations=3, buffer=1, mtbf=10.0, mttr=2.0, warmup=100.0),
    "parallel": replace(PARALLEL, stations=3, servers=2, buffer=1, scrap=0.1, mtbf=10.0, mttr=2.0, warmup=100.0),
}


def throughputs(peer: Peer, work: Workload) -> list[float]:
    return [peer.lots(work, UNTIL, seed) / (UNTIL - work.warmup) for seed in range(1, RUNS + 1)]


@pytest.mark.parametrize("work", SMALL)
@pytest.mark.parametrize("peer", list(ours()), ids=lambda peer: peer.name)
def test_gigatwin_has_the_throughput_of_the_line_by_hand(peer: Peer, work: str) -> None:
    by_hand, twin = (throughputs(one, SMALL[work]) for one in (Peer("", "simpy", by_simpy), peer))
    # seeds 1 to 12 of each; 99.9 % of the difference of two means
    apart = 3.29 * ((variance(by_hand) + variance(twin)) / RUNS) ** 0.5
    assert abs(mean(twin) - mean(by_hand)) < apart
    assert apart < 0.03 * mean(by_hand), "else the test would see nothing"


# Cimba draws luck of its own; simulate long enough and it agrees, which the benchmark shows
SAME_LUCK = [peer for peer in PEERS if peer.package not in ("simpy", "cimba")]


@pytest.mark.parametrize("peer", SAME_LUCK, ids=lambda peer: peer.name)
def test_public_simulators_make_the_same_lots_of_the_same_luck(peer: Peer) -> None:
    if find_spec(peer.package) is None:
        pytest.skip(f"{peer.package} is not installed; pip install 'gigatwin[peers]'")
    work = replace(SERIAL, stations=4, warmup=100.0)
    assert peer.lots(work, 1500.5, 3) == by_simpy(work, 1500.5, 3)
