"""Futures and funding that come with gigatwin: complete and sourced; wrong ones are refused with their place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from optimize.money.funding import read_funding
from twin import InputError, read_futures
from twin.read import lines_folder
from twin.read.document import load
from twin.scenario.futures import QUANTITIES

FOLDERS = ("futures", "finance")
FILES = [file for folder in FOLDERS for file in sorted((lines_folder() / folder).glob("*.yaml"))]
DEFAULT = (lines_folder() / "futures" / "default.yaml").read_text(encoding="utf-8")
# chosen by those who sign a contract or a loan, and the format; payments begin with the order and end with acceptance
CHOSEN = {"gigatwin", "start", "duration", "cancel_after", "month", "closes", "repaid_over", "at"}
CHOSEN |= {"output_from", "service_from"}


def numbers(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every sourced number, as a mapping, and every plain one, with its path."""
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    if isinstance(node, dict) and "value" in node:
        yield ".".join(path), node
    elif parts:
        for key, part in parts:
            yield from numbers(part, (*path, str(key)))
    elif isinstance(node, int | float) or str(node)[:1].isdigit():
        yield ".".join(path), node


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_every_number_of_declared_futures_and_funding_has_a_source_and_a_range(file: Path) -> None:
    read = read_futures if file.parent.name == "futures" else read_funding
    assert read(file).name == file.stem
    known, seen = set(YAML(typ="safe").load(lines_folder() / "sources.yaml")["sources"]), 0
    for path, number in numbers(load(file).content):
        if not isinstance(number, dict):
            assert path.rpartition(".")[2] in CHOSEN, f"{path}: {number} has no source"
            continue
        seen += 1
        assert set(number["source"]) <= known, path
        assert number["source"] != ["est"] or number["confidence"] == "estimate", path
        assert number["low"] < number["high"], path
    assert seen > 20


def test_every_quantity_of_the_default_futures_is_uncertain() -> None:
    futures = read_futures("default")
    assert [name for name in QUANTITIES if futures.range(name)[0] == futures.range(name)[1]] == []
    assert futures.range("cell_price.start") == (60, 100)
    # a range is read in the unit of its value
    assert futures.range("subsidy.amount") == (0, 900e6)
    assert futures.range("cell_price.drift") == pytest.approx((-0.08, 0.01))


WRONG = {
    "a negative demand": (
        "value: 5 GWh/yr, low: 1",
        "value: -5 GWh/yr, low: -6",
        "demand.spot",
        "outside its",
    ),
    "a range below nothing": ("value: 5 GWh/yr, low: 1", "value: 5 GWh/yr, low: -1", "demand.spot", "low or high: "),
    "an impossible correlation": ("rho: {value: 0.3, low: 0, high", "rho: {value: 1.3, low: 0, high", "rho", "outside"),
    "an unknown quantity": (
        "[interest, demand.level]",
        "[interest, demand.leve]",
        "between",
        "'demand.level'",
    ),
    "a quantity with a shock": (
        "[interest, demand.level]",
        "[interest, cell_price]",
        "between",
        "or two shocks",
    ),
    "a pair twice": ("[interest, demand.level]", "[demand.growth, demand.level]", "between", "twice"),
    "a value outside its range": ("value: 74 USD/kWh", "value: 174 USD/kWh", "cell_price.start.high", "wrong side"),
    "a price in another unit": ("value: 74 USD/kWh", "value: 74 USD/kg", "cell_price.start", "'74 USD/kWh'"),
    "too much subsidy": ("share: {value: 0.4", "share: {value: 0.5", "subsidy", "add up to 1.1"),
    "a logarithm of nothing": (
        "lognormal: [disturbance]",
        "lognormal: [equipment_delay]",
        "lognormal.0",
        "no logarithm",
    ),
    "a misspelt key": ("cancel_after: 18", "cancel_afer: 18", "contracts.anchor", "did you mean 'cancel_after'"),
}


@pytest.mark.parametrize("what", WRONG)
def test_bad_futures_are_refused_with_line_and_cure(what: str, tmp_path: Path) -> None:
    old, new, path, text = WRONG[what]
    assert old in DEFAULT
    file = tmp_path / "bad.yaml"
    file.write_text(DEFAULT.replace(old, new, 1), encoding="utf-8")
    line = 1 + DEFAULT[: DEFAULT.index(old)].count("\n")
    with pytest.raises(InputError) as caught:
        read_futures(file)
    problems = [one for one in caught.value.problems if path in one.path and text in one.text]
    assert problems, caught.value
    # a subsidy is wrong as a whole
    assert problems[0].line == line or what == "too much subsidy"
    assert problems[0].file == str(file)


def test_a_contract_needs_a_volume(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    lines = [line for line in DEFAULT.splitlines() if "volume: {value: 10 GWh/yr" not in line]
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.yaml:\d+: contracts\.anchor.*'volume' is missing.*12 GWh/yr"):
        read_futures(file)
    file.write_text(DEFAULT.replace("value: 10 GWh/yr, low: 5", "value: 0 GWh/yr, low: 0", 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"contracts\.anchor\.volume: '0 GWh/yr' is outside"):
        read_futures(file)


def test_futures_that_do_not_exist_are_told_with_those_that_do() -> None:
    with pytest.raises(InputError, match="did you mean 'default'"):
        read_futures("defalt")
