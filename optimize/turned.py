"""A plan as a line file: what it changes in the plant as declared, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from optimize.question import Question
from twin import Line, changes, declared_value, find_line, knobs, known_lines, read_line

_HEAD = """\
# What a study chose, and nothing else: all that is not named here stands in the file that this one builds on.
# gigatwin check and gigatwin simulate take it as it is.
"""


class Change(NamedTuple):
    """One value that a plan changes.

    Attributes:
        path: where it stands in the line.
        before: as declared.
        after: as planned, written as a line file writes it.
        why: what people know it by.
    """

    path: str
    before: Any
    after: Any
    why: str


def write_line(question: Question, settings: Mapping[str, Any], path: Path) -> Path:
    """Write the line with a plan's settings as a file; return its path.

    The file builds on the plant, so that machines go on costing what they cost there.

    Args:
        question: the study and its plant.
        settings: of the plan, by knob.
        path: of the file.
    """
    from ruamel.yaml import YAML

    plant = plant_file(question)
    # what the plant says of prices is gone from a line that has the study's
    declared = read_line(plant) if question.study.prices else question.line
    found = list(planned_changes(question, declared, settings))
    content = {
        "gigatwin": 1,
        "extends": _named(plant, path.parent),
        "name": f"{question.study.name}_plan",
        "title": f"{question.line.title or question.line.name}, with the plan of {question.study.name}",
    }
    writer = YAML()
    writer.width = 10_000
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEAD)
        writer.dump({**content, **_nested(found)}, file)
    return path


def planned_changes(question: Question, plant: Line, settings: Mapping[str, Any]) -> Iterable[Change]:
    """Yield what a plan changes: settings first, then the prices that its study has instead of the plant's.

    Args:
        question: the study and its plant.
        plant: the plant as its file declares it, with its own prices.
        settings: of the plan, by knob.
    """
    known, line = knobs(question.line), question.line
    for name, value in changes(line, settings).items():
        for path in known[name].paths:
            if (before := declared_value(line, path)) != value:
                yield Change(path, before, value, name)
    for name, value in question.study.prices.items():
        path = f"prices.{name}"
        yield Change(path, declared_value(plant, path), value, "price of the study")


def plant_file(question: Question) -> Path:
    """Return the file of a study's plant."""
    beside = Path(question.document.file).parent / question.study.line
    return beside if beside.is_file() else find_line(question.study.line)


def _named(plant: Path, folder: Path) -> str:
    """Return what a file in some folder calls a plant: its name when it comes with gigatwin, else its path."""
    if plant.resolve() in {file.resolve() for file in known_lines()}:
        return plant.stem
    try:
        return Path(os.path.relpath(plant.resolve(), folder.resolve())).as_posix()
    except ValueError:
        # on another drive
        return str(plant.resolve())


def _nested(found: Iterable[Change]) -> Any:
    """Return changes as nested mappings that ruamel writes with a comment beside each."""
    from ruamel.yaml.comments import CommentedMap

    top = CommentedMap()
    for change in found:
        *above, last = change.path.split(".")
        node = top
        for key in above:
            node = node.setdefault(key, CommentedMap())
        node[last] = change.after
        node.yaml_add_eol_comment(f"{change.why}, was {change.before}", last, column=0)
    return top
