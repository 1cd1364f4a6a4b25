"""Asking the twin on a cluster: the same answers as on one machine, also when a machine dies in the middle."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from command import gigatwin, leave_out_reports
from counted_questions import asked_so_far, questions, reply, reply_to_even

import optimize.__main__  # noqa: F401  # its commands are gigatwin's too
from optimize.cache import Cache
from optimize.comparison import Comparison, compare
from optimize.workers import Pool, ask_all, crew
from twin import InputError
from twin.workers.cluster import Cluster

PLANT = Path(__file__).parent / "small_plant.yaml"


@dataclass
class TwoMachines:
    """A cluster of two nodes of this machine, with one processor each; the first of them cannot be lost.

    Attributes:
        nodes: Ray's cluster.
        second: the node that can be lost.
    """

    nodes: Any
    second: Any

    @property
    def address(self) -> str:
        return str(self.nodes.address)

    def lose_one(self) -> None:
        """Let the second node die as by a cut cable."""
        self.nodes.remove_node(self.second, allow_graceful=False)
        self.second = None

    def mend(self) -> None:
        """Have two nodes again."""
        if self.second is None:
            self.second = self.nodes.add_node(num_cpus=1)
            self.nodes.wait_for_nodes()


@pytest.fixture(scope="module")
def machines() -> Iterator[TwoMachines]:
    pytest.importorskip("ray", reason="Ray is not installed; pip install 'gigatwin[cluster]'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        # what the tests ask stands in their folder
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        from ray.cluster_utils import Cluster as Nodes

        nodes = Nodes(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        try:
            found = TwoMachines(nodes, None)
            found.mend()
            yield found
        finally:
            nodes.shutdown()


@pytest.fixture
def two(machines: TwoMachines) -> TwoMachines:
    machines.mend()
    return machines


def another_plant(folder: Path) -> str:
    path = folder / "two_stackers.yaml"
    path.write_text(f"extends: {PLANT}\nname: two_stackers\nstations: {{stacking: {{servers: 2}}}}\n", encoding="utf-8")
    return str(path)


def side_by_side(other: str, workers: int | Pool, tell: Any = None) -> Comparison:
    return compare([str(PLANT), other], days=10, warmup=3, seed=5, replications=4, workers=workers, tell=tell)


def test_an_interruption_keeps_what_was_answered_and_ends_the_work(two: TwoMachines, tmp_path: Path) -> None:
    marks, folder = tmp_path / "marks", tmp_path / "cache"
    asked = questions(marks, 40, 0.1)

    def interrupt(what: str, over: int, total: int) -> None:
        if over == 3:
            raise KeyboardInterrupt

    with crew(1, two.address) as pool:
        with pytest.raises(KeyboardInterrupt):
            ask_all(reply, asked, pool, "ask", interrupt, Cache(folder))
        before = len(asked_so_far(marks))
        assert 3 <= before < 40
        ask_all(reply, asked, pool, "again", cache=Cache(folder))
    again = asked_so_far(marks)
    assert set(again) == set(range(40))
    # what ran in that moment is lost, and no more
    assert len(again) - 40 <= 2


def fails(asked: Any) -> int:
    raise ValueError("no answer")


def test_what_goes_wrong_on_another_machine_is_told_as_it_was_there(two: TwoMachines, tmp_path: Path) -> None:
    with crew(1, two.address) as pool, pytest.raises(ValueError, match=r"^no answer$"):
        ask_all(fails, questions(tmp_path / "marks", 2), pool, "fail")


def test_a_question_that_always_kills_its_worker_is_given_up(
    two: TwoMachines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("twin.workers.cluster._AGAIN", 1)
    with crew(1, two.address) as pool, pytest.raises(ConnectionError, match="has lost a run 2 times"):
        ask_all(reply_to_even, questions(tmp_path / "marks", 2), pool, "kill")


def test_machines_with_other_versions_are_refused(
    two: TwoMachines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("twin.workers.cluster.versions", lambda: {"numpy": "1.0"})
    with crew(1, two.address) as pool, pytest.raises(InputError, match=r"has numpy 2\S+ instead of 1.0; install"):
        ask_all(reply, questions(tmp_path / "marks", 2), pool, "ask")
    assert asked_so_far(tmp_path / "marks") == []


def test_a_comparison_is_the_same_on_a_cluster_that_loses_a_machine_in_the_middle(
    two: TwoMachines, tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []

    def tell(what: str, over: int, total: int) -> None:
        told.append((over, total))
        # both machines have runs to make
        if 0 < over < 5 and two.second is not None:
            two.lose_one()

    other = another_plant(tmp_path)
    with crew(1, two.address) as pool:
        assert pool.workers == 2
        found = side_by_side(other, pool, tell)
    assert two.second is None and told[-1] == (8, 8)
    assert found.as_data() == side_by_side(other, 1).as_data()


def test_replications_made_on_other_machines_are_those_of_this_one(
    two: TwoMachines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_out_reports(monkeypatch)
    asked = ("simulate", str(PLANT), "--days", "5", "--warmup", "1", "--replications", "3", "--quiet")
    for name, workers in (("here", ()), ("there", ("--cluster", two.address))):
        assert gigatwin(*asked, *workers, "--out", str(tmp_path / name))[0] == 0
    here, there = (
        {
            str(path.relative_to(tmp_path / name)): path.read_bytes()
            for path in sorted((tmp_path / name).rglob("*"))
            if path.is_file() and path.name != "manifest.json"
        }
        for name in ("here", "there")
    )
    assert "replication-002/visits.parquet" in here
    assert here == there
    # those that are there are not made again
    (tmp_path / "there" / "replication-001" / "kpi.json").unlink()
    first = (tmp_path / "there" / "replication-000" / "kpi.json").stat().st_mtime_ns
    resumed = ("--resume", "--cluster", two.address, "--out", str(tmp_path / "there"))
    assert gigatwin(*asked, *resumed)[0] == 0
    assert (tmp_path / "there" / "replication-000" / "kpi.json").stat().st_mtime_ns == first
    assert (tmp_path / "there" / "replication-001" / "kpi.json").read_bytes() == here["replication-001/kpi.json"]


def test_one_run_is_not_shared_out(tmp_path: Path) -> None:
    code, said = gigatwin("simulate", str(PLANT), "--cluster", "local", "--out", str(tmp_path / "out"))
    assert code == 2 and "give --replications, too" in said and not (tmp_path / "out").exists()


def test_a_command_runs_on_a_cluster_of_its_own_and_ends_it(tmp_path: Path) -> None:
    ray = pytest.importorskip("ray", reason="Ray is not installed; pip install 'gigatwin[cluster]'")
    short = ("--days", "5", "--warmup", "1", "--replications", "2", "--no-cache", "--quiet")
    for name, workers in (("one", ("--workers", "1")), ("many", ("--cluster", "local"))):
        words = ("compare", str(PLANT), another_plant(tmp_path), *short, *workers, "--out", str(tmp_path / name))
        assert gigatwin(*words)[0] == 0
        assert not ray.is_initialized()
    assert (tmp_path / "one" / "compare.json").read_bytes() == (tmp_path / "many" / "compare.json").read_bytes()


@pytest.mark.parametrize("address", ["127.0.0.1:9", "nowhere", "ray://127.0.0.1:9", "127.0.0.1:port"])
def test_a_cluster_that_is_not_there_is_refused_before_anything_is_made(tmp_path: Path, address: str) -> None:
    pytest.importorskip("ray", reason="Ray is not installed; pip install 'gigatwin[cluster]'")
    out = tmp_path / "out"
    code, said = gigatwin("compare", str(PLANT), another_plant(tmp_path), "--cluster", address, "--out", str(out))
    assert code == 2
    assert f"no Ray cluster at '{address}'" in said and "or say --cluster local" in said
    assert not out.exists()


def test_without_ray_a_cluster_is_refused_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"^--cluster needs Ray: pip install 'gigatwin\[cluster\]'$"):
        Cluster("local")
