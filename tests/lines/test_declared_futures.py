"""Futures that come with gigatwin: complete, sourced, and refused with a place when something in them is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from twin import InputError, read_futures
from twin.read import lines_folder
from twin.read.document import load
from twin.scenario.futures import QUANTITIES

FILES = sorted((lines_folder() / "futures").glob("*.yaml"))
DEFAULT = (lines_folder() / "futures" / "default.yaml").read_text(encoding="utf-8")
# chosen by those who sign a contract, and the format
CHOSEN = {"gigatwin", "start", "duration", "cancel_after"}


def plain_numbers(node: Any, path: tuple[str, ...] = ()) -> list[str]:
    """Return the paths of all numbers that have no source."""
    if isinstance(node, dict):
        if "value" in node:
            return []
        return [found for key, value in node.items() for found in plain_numbers(value, (*path, str(key)))]
    if isinstance(node, list):
        return [found for value in node for found in plain_numbers(value, path)]
    number = isinstance(node, int | float) or str(node)[:1].isdigit()
    return [".".join(path)] if number and path[-1] not in CHOSEN else []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_number_of_declared_futures_has_a_source_and_a_range(file: Path) -> None:
    futures = read_futures(file)
    assert futures.name == file.stem
    assert plain_numbers(load(file).content) == []
    known = YAML(typ="safe").load(lines_folder() / "sources.yaml")["sources"]
    for record in futures._provenance:
        assert set(record.source) <= set(known), record
        assert record.source != ("est",) or record.confidence == "estimate", record
        assert record.low is not None and record.high is not None and record.low <= record.high, record


def test_every_quantity_of_the_default_futures_is_uncertain() -> None:
    futures = read_futures("default")
    assert [name for name in QUANTITIES if futures.range(name)[0] == futures.range(name)[1]] == []
    assert futures.range("cell_price.start") == (60, 100)
    # a range is read in the unit of its value
    assert futures.range("subsidy.amount") == (0, 900e6)
    assert futures.range("cell_price.drift") == pytest.approx((-0.10, 0.01))


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
