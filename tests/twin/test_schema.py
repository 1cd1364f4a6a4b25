"""The JSON Schema for editors: it takes every file as people write them, and marks what the reader would refuse.

The validator below knows the few keywords that the schema uses, and nothing of gigatwin.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import gigatwin
from ruamel.yaml import YAML
from typer.testing import CliRunner

from twin.__main__ import app
from twin.read import known_lines, lines_folder
from twin.read.document import load
from twin.read.schema import schema_of_line_files

SCHEMA = json.loads(json.dumps(schema_of_line_files()))
SILENT = {"$defs", "$schema", "title", "description", "examples"}
KINDS: dict[str, Any] = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float)}
KINDS |= {"boolean": bool, "null": type(None)}
FILES = sorted(
    path
    for path in lines_folder().rglob("*.yaml")
    # the others are no plants, nor parts of one
    if path.name != "sources.yaml" and not {"studies", "futures", "finance", "ramps"} & set(path.parts)
)


def faults(value: Any, schema: Any, path: str = "") -> Iterator[str]:
    """Yield where a value differs from a schema; of alternatives, from the one that comes closest."""
    known = set(CHECKS) | SILENT | {"$ref", "anyOf", "if", "else", "properties", "additionalProperties", "items"}
    assert set(schema) <= known, f"the validator does not know {set(schema) - known}"
    if "$ref" in schema:
        yield from faults(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], path)
    for key, check in CHECKS.items():
        if key in schema and not check(value, schema[key]):
            yield f"{path}: {value!r} against {key} {schema[key]!r}"
    if "anyOf" in schema:
        ways = [list(faults(value, way, path)) for way in schema["anyOf"]]
        yield from min(ways, key=len) if all(ways) else ()
    if "if" in schema and any(faults(value, schema["if"], path)):
        yield from faults(value, schema["else"], path)
    yield from parts(value, schema, path)


def parts(value: Any, schema: Any, path: str) -> Iterator[str]:
    """Yield what is wrong in the parts of a value."""
    for place, one in enumerate(value) if isinstance(value, list) and "items" in schema else ():
        yield from faults(one, schema["items"], f"{path}.{place}")
    for key, one in value.items() if isinstance(value, dict) else ():
        below = schema.get("properties", {}).get(key, schema.get("additionalProperties", {}))
        if below is False:
            yield f"{path}.{key}: no such key"
        elif below is not True:
            yield from faults(one, below, f"{path}.{key}")


def is_kind(value: Any, kinds: str | list[str]) -> bool:
    names = [kinds] if isinstance(kinds, str) else kinds
    return any(isinstance(value, KINDS[name]) and (name == "boolean" or not isinstance(value, bool)) for name in names)


CHECKS: dict[str, Any] = {
    "type": is_kind,
    "const": lambda value, const: value == const,
    "enum": lambda value, choices: value in choices,
    "required": lambda value, keys: not isinstance(value, dict) or set(keys) <= set(value),
    "minimum": lambda value, low: not is_kind(value, "number") or value >= low,
    "maximum": lambda value, high: not is_kind(value, "number") or value <= high,
    "maxProperties": lambda value, most: not isinstance(value, dict) or len(value) <= most,
    "propertyNames": lambda value, names: (
        not isinstance(value, dict) or not [k for k in value if any(faults(k, names))]
    ),
}


def test_the_command_prints_it_as_json() -> None:
    result = CliRunner().invoke(app, ["schema"])
    assert result.exit_code == 0
    assert json.loads(result.output) == SCHEMA
    assert SCHEMA["$schema"].startswith("https://json-schema.org/")


def test_all_references_in_it_lead_somewhere() -> None:
    text = json.dumps(SCHEMA)
    named = {part.partition('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert named and named <= set(SCHEMA["$defs"])


@pytest.mark.parametrize("file", known_lines(), ids=lambda file: file.stem)
def test_every_plant_fits_once_its_files_are_put_together(file: Path) -> None:
    assert list(faults(load(file).content, SCHEMA)) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_file_fits_as_it_is_written(file: Path) -> None:
    # a part that others build on is never read alone, so it need not have a name
    content = YAML(typ="safe").load(file)
    assert list(faults(content, {**SCHEMA, "else": {}})) == []


WRONG = {
    "a misspelt key": ("stations.filling.serverss", 2),
    "no machine": ("stations.filling.servers", 0),
    "a number without its unit": ("stations.filling.step.rate", 3),
    "a list for a mapping": ("stations.filling", [1]),
    "no such kind of step": ("stations.filling.step.kind", "fillin"),
    "no such format": ("cell.format", "round"),
    "a misspelt key beside a value": ("stations.filling.step.rate.hgh", 3),
    "no such confidence": ("stations.filling.step.rate.confidence", "sure"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_the_reader_refuses_is_marked_in_an_editor(case: str, tmp_path: Path) -> None:
    path, value = WRONG[case]
    plant = load(lines_folder() / "pilot_line.yaml").content
    *way, last = path.split(".")
    node = plant
    for part in way:
        node = node[part]
    node[last] = value
    assert any(faults(plant, SCHEMA))
    (tmp_path / "plant.yaml").write_text(json.dumps(plant))
    assert gigatwin("check", str(tmp_path / "plant.yaml"))[0] == 2


def test_a_plant_that_builds_on_nothing_needs_a_name_and_stations() -> None:
    assert list(faults({"title": "x", "extends": "base"}, SCHEMA)) == []
    assert any("required" in fault for fault in faults({"title": "x"}, SCHEMA))
