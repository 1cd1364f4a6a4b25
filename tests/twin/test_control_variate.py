"""Cheap runs beside dear ones: what they add is what the theory of control variates says, and nothing is made up."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import gigatwin, leave_out_reports, manifest_of
from scipy import stats
from traced_plant import plant_file

from twin import InputError
from twin.control_variate import CoarseRuns, Way, worth_in_words
from twin.output_analysis import controlled_interval, mean_interval, summarise

ASKED = ("--warmup", "0", "--days", "10", "--replications", "5", "--coarse", "7x20%", "--quiet")


def drawn(rho: float, size: int, runs: int, seed: int, draws: int = 2000) -> list[dict[str, float]]:
    """Return the intervals of some values with mean 0 that cheap ones go with; these are off by 3 and half as wide."""
    luck, found = np.random.default_rng(seed), []
    for _ in range(draws):
        cheap = luck.standard_normal(runs)
        dear = rho * cheap[:size] + (1 - rho**2) ** 0.5 * luck.standard_normal(size)
        found.append(controlled_interval(dear.tolist(), (3 + cheap / 2).tolist()))
    return found


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_an_interval_with_cheap_runs_holds_the_mean_as_often_as_it_says(rho: float) -> None:
    """Seed 1, 2,000 draws of 8 with 40: 95 % but for a point that the choice costs, three standard errors of 0.5."""
    held = np.mean([one["low"] <= 0 <= one["high"] for one in drawn(rho, 8, 40, seed=1)])
    assert 0.925 < held < 0.98


def test_the_variance_that_is_left_is_that_of_double_sampling() -> None:
    """(1 - rho^2) (1 + (1 - n / m) / (n - 3)) + rho^2 n / m: 0.29 for rho 0.9 and 12 values with 120.

    Seed 2: the variance of 4,000 means is known to within 7 % (three standard errors).
    """
    means = [one["mean"] for one in drawn(0.9, 12, 120, seed=2, draws=4000)]
    left = (1 - 0.81) * (1 + (1 - 12 / 120) / 9) + 0.81 * 12 / 120
    assert np.var(means) * 12 == pytest.approx(left, rel=0.07)


def test_what_follows_from_cheap_runs_without_error_is_as_sure_as_all_of_them() -> None:
    cheap = [4.0, 7.0, 5.0, 9.0, 6.0, 8.0, 3.0, 10.0]
    dear = [10 - 2 * one for one in cheap[:5]]
    told = controlled_interval(dear, cheap)
    half = stats.t.ppf(0.975, 3) * (np.var(dear, ddof=1) / 8) ** 0.5
    mean = 10 - 2 * np.mean(cheap)
    assert told == pytest.approx({"mean": mean, "low": mean - half, "high": mean + half, "variance_left": 5 / 8})


@pytest.mark.parametrize("cheap", [[5.0] * 9, [1.0, -1.0, 1.0, -1.0, 0.0, 7.0, 8.0, 9.0, 4.0]])
def test_cheap_runs_that_tell_nothing_change_nothing(cheap: list[float]) -> None:
    dear = [1.0, 1.0, 3.0, 3.0, 2.0]
    assert controlled_interval(dear, cheap) == mean_interval(dear)


def test_a_figure_that_a_cheap_run_does_not_have_stands_alone() -> None:
    dear: list[dict[str, Any]] = [{"a": one, "deep": {"b": one}} for one in (1.0, 2.0, 4.0, 3.0, 6.0)]
    cheap: list[dict[str, Any]] = [{"a": None, "deep": {"b": 2.0 * one}} for one in (1.0, 2.0, 4.0, 3.0, 6.0, 9.0)]
    told = summarise(dear, cheap)
    assert told["a"] == mean_interval([1.0, 2.0, 4.0, 3.0, 6.0])
    assert told["deep"]["b"]["mean"] == pytest.approx(25 / 6)
    said = worth_in_words({"good_cells": told["deep"]["b"]}, CoarseRuns(6, Way()))
    assert "83 % of that of good cells, all of that of first-pass yield" in said


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a plant, and five replications of it with seven coarse runs."""
    plant, out = plant_file(tmp_path_factory.mktemp("plant")), tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        leave_out_reports(patch)
        assert gigatwin("simulate", str(plant), *ASKED, "--out", str(out))[0] == 0
    return plant, out


def kpi_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "kpi.json").read_text(encoding="utf-8"))
    return found


def test_the_command_makes_them_with_the_seeds_of_the_replications_first(made: tuple[Path, Path]) -> None:
    _, out = made
    folders = sorted(path.name for path in out.iterdir() if path.is_dir())
    assert folders == [*(f"coarse-{n:03d}" for n in range(7)), *(f"replication-{n:03d}" for n in range(5))]
    seeds = [manifest_of(out / name)["seed"] for name in folders]
    assert seeds == [*range(1, 8), *range(1, 6)]
    assert {manifest_of(out / name)["evaluate"] for name in folders[:7]} == {"sample:20%"}
    dear, cheap = ([kpi_of(out / name)["good_cells"] for name in part] for part in (folders[7:], folders[:7]))
    assert kpi_of(out)["good_cells"] == pytest.approx(controlled_interval(dear, cheap))
    assert manifest_of(out)["coarse"] == "7x20%"
    assert (kpi_of(out)["replications"], kpi_of(out)["coarse_runs"]) == (5, 7)


def test_they_are_gone_on_with_and_do_not_depend_on_the_number_of_workers(
    made: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_out_reports(monkeypatch)
    plant, out = made
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    for name in ("coarse-002", "replication-003"):
        shutil.rmtree(copy / name)
    assert gigatwin("simulate", str(plant), *ASKED, "--workers", "2", "--resume", "--out", str(copy))[0] == 0
    assert kpi_of(copy) == kpi_of(out)


@pytest.mark.parametrize(
    ("text", "replications", "said"),
    [
        ("40", 6, "expected how many and how, such as 40x1%"),
        ("x1%", 6, "expected how many and how"),
        ("40xfew", 6, "'few' makes no run cheaper; expected lots as one, a share, or both"),
        ("40x1", 6, "'1' makes no run cheaper"),
        ("40x1%", 4, "goes with --replications 5 or more"),
        ("6x1%", 6, "the first 6 go with the replications.*say 30x1%"),
    ],
)
def test_what_cannot_help_is_refused_with_a_cure(text: str, replications: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        CoarseRuns.read(text, replications)


@pytest.mark.parametrize("text", ["8", "1%", "8:1%"])
def test_a_way_is_written_as_it_is_read(text: str) -> None:
    assert str(Way.read(text)) == text
