"""Studies of strategies that make no sense are refused before anything runs: file, line, value, expectation, cure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimize.__main__ import app
from optimize.growth import scale_up_faults
from optimize.growth.read_scale_up import read_scale_up
from twin import InputError, find_declared
from twin.read import lines_folder

STUDY = find_declared("studies", "scale_up").read_text(encoding="utf-8")
BIG_BANG = "title: Big bang\n    build: {rule: at_once}"


def written(folder: Path, old: str, new: str) -> Path:
    """Write the study that comes with gigatwin with some other words."""
    assert STUDY.count(old) >= 1
    path = folder / "study.yaml"
    path.write_text(STUDY.replace(old, new, 1), encoding="utf-8")
    return path


def said(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_scale_up(path)
    return str(caught.value)


def scheduled(orders: str) -> str:
    return BIG_BANG.replace("at_once", f"scheduled, orders: {orders}")


@pytest.mark.parametrize(
    ("old", "new", "place", "told"),
    [
        ("months: 96", "months: 40", "strategies.pilot_first", "starts in month 48, after the horizon of 40; it never"),
        ("gap: 12", "gap: 60", "strategies.phased.build", "2 of 4 lines start after the horizon of 96 months"),
        (BIG_BANG, scheduled("[80, 90]"), "strategies.big_bang", "month 104, after the horizon of 96; it never builds"),
        (BIG_BANG, scheduled("[12, 0]"), "strategies.big_bang.build.orders", "line 2 is ordered in month 0, before"),
        (
            BIG_BANG,
            scheduled("[0, 0, 0, 0, 0]"),
            "strategies.big_bang.build.orders",
            "5 orders for 4 lines; take 1",
        ),
        ("rule: phased", "rule: fased", "strategies.phased.build", "no rule 'fased'; did you mean 'phased'?"),
        ("line: lfp_prismatic_16gwh", "line: lfp", "line", "no line file 'lfp'; expected one of"),
        ("days: 8", "prices: {materials.gold: 3}\ndays: 8", "prices.materials.gold", "nothing stands there"),
        ("days: 8", "prices: {materials.lfp: -3}\ndays: 8", "prices.materials.lfp", "-3 is not an amount between 0"),
        ("replications: 32", "replications: 32\nmost: 8", "most", "8 futures at most, but 'replications' asks for 32"),
        (
            "must_build: {lines: 1",
            "must_build: {lines: 5",
            "must_build.lines",
            "5 lines must be built of 4; expected no",
        ),
        (
            "must_build: {lines: 1",
            "must_build: {lines: 3",
            "must_build.within",
            "3 lines a quarter apart take 6 months",
        ),
        ("planned: 4", "planned: 1", "planned", "1 future has no interval, expected 0 for none, or at least 2"),
        (
            "priors: calibrated",
            "priors: priors",
            "priors",
            "'priors' has no draws for 'learning: drawn'; expected priors",
        ),
        ("futures: order_book", "futures: orders", "futures", "no file 'orders' in futures"),
        ("lines: 4", "finance: rich\nlines: 4", "finance", "no file 'rich' in finance"),
        ("replications: 32", "replications: 100000000", "replications", "futures of 96 months take about"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(tmp_path: Path, old: str, new: str, place: str, told: str) -> None:
    path = written(tmp_path, old, new)
    text = said(path)
    found = re.search(rf"{re.escape(str(path))}:(\d+): {re.escape(place)}: (.*)", text)
    assert found is not None and told in found[2]
    # the line has to do with it: it holds the last part of the place, or the block that it stands in
    line = path.read_text(encoding="utf-8").splitlines()[int(found[1]) - 1]
    assert place.rpartition(".")[2] in line or line.strip().startswith("title")


def test_futures_with_negative_demand_are_refused_in_their_own_file(tmp_path: Path) -> None:
    text = (lines_folder() / "futures" / "default.yaml").read_text(encoding="utf-8")
    begin = text.index("  level: ")
    other = tmp_path / "shrinking.yaml"
    other.write_text(f"{text[:begin]}  level: -0.5\n{text[text.index(chr(10), begin) + 1 :]}", encoding="utf-8")
    text = said(written(tmp_path, "futures: order_book", f"futures: {other}"))
    assert text.startswith(f"{other}:") and "demand.level: -0.5 is outside its physical range, expected" in text


def test_a_plant_without_prices_has_no_money_to_count(tmp_path: Path) -> None:
    (tmp_path / "free.yaml").write_text(
        "gigatwin: 1\nname: free\nstations:\n  one: {servers: 1, step: {kind: timed, time: "
        "{distribution: deterministic, mean: 60 s}}}\nbuffers: {}\n",
        encoding="utf-8",
    )
    text = said(written(tmp_path, "line: lfp_prismatic_16gwh", "line: free.yaml"))
    assert "study.yaml:5: line: 'free.yaml' declares no cell and no prices and no nameplate; expected a plant" in text


def test_a_study_larger_than_memory_says_how_many_futures_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    study, line = read_scale_up(find_declared("studies", "scale_up"))
    monkeypatch.setattr(scale_up_faults, "memory", lambda: 10**7)
    with pytest.raises(InputError, match=r"32 futures of 96 months .* has 0.0 GB; expected at most (\d+)") as caught:
        scale_up_faults.refuse_too_large(study, line)
    fits = int(str(caught.value).rpartition(" ")[2])
    scale_up_faults.refuse_too_large(study.model_copy(update={"replications": fits, "planned": 0}), line)


def test_the_command_refuses_before_it_makes_a_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = CliRunner().invoke(app, ["compare", str(written(tmp_path, "gap: 12", "gap: 60")), "--out", str(out)])
    assert found.exit_code == 2 and "start after the horizon" in found.output and not out.exists()
