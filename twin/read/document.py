"""Declared files as text: loading, ``extends``, and the line on which each value stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twin.problems import InputError, Problem

Path_ = tuple[str | int, ...]


@dataclass
class Document:
    """A file as plain data, with the place of every value.

    Attributes:
        file: the file as the user named it.
        content: mappings, lists and scalars.
        origins: file and line of each path.
    """

    file: str
    content: dict[str, Any]
    origins: dict[Path_, tuple[str, int]] = field(default_factory=dict)

    def place(self, path: Path_) -> tuple[str, int]:
        """Return file and line of a path, or of the closest thing above it."""
        for size in range(len(path), -1, -1):
            if path[:size] in self.origins:
                return self.origins[path[:size]]
        return self.file, 1

    def problem(self, path: Path_, text: str) -> Problem:
        """Return a problem at a path."""
        file, line = self.place(path)
        return Problem(file, line, ".".join(str(part) for part in path), text)


def load(path: Path, seen: tuple[Path, ...] = ()) -> Document:
    """Load a YAML file and everything it extends, merged in order.

    Raises:
        InputError: a file is missing, is not YAML, is no mapping, or extends itself.
    """
    document = _parse(path)
    parents = document.content.pop("extends", [])
    parents = [parents] if isinstance(parents, str) else parents
    if not isinstance(parents, list) or not all(isinstance(parent, str) for parent in parents):
        raise InputError([document.problem(("extends",), "expected a file name or a list of them")])
    merged = Document(document.file, {})
    for parent in parents:
        file = (path.parent / parent).with_suffix(".yaml")
        if file.resolve() in (*seen, path.resolve()):
            raise InputError([document.problem(("extends",), f"'{parent}' extends itself in a circle")])
        if not file.is_file():
            raise InputError([document.problem(("extends",), f"no file '{parent}' beside {path.name}")])
        _merge(merged, load(file, (*seen, path.resolve())), ())
    _merge(merged, document, ())
    return merged


def _parse(path: Path) -> Document:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Problem(str(path), 0, "", f"cannot be read: {error}")]) from None
    try:
        loaded = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        cause = " ".join(str(error.problem or "is not YAML").split())
        raise InputError([Problem(str(path), line, "", f"{cause}, expected YAML")]) from None
    except YAMLError as error:
        raise InputError([Problem(str(path), 0, "", f"is not YAML: {error}")]) from None
    if not isinstance(loaded, dict):
        raise InputError([Problem(str(path), 1, "", "expected a mapping such as 'name: my_plant'")])
    document = Document(str(path), {})
    document.content = _plain(loaded, (), document)
    return document


def _plain(node: Any, path: Path_, document: Document) -> Any:
    """Copy a loaded node as plain Python and note the line of each of its parts."""
    places: Any = getattr(node, "lc", None)
    if isinstance(node, dict):
        plain = {}
        for key, value in node.items():
            document.origins[(*path, str(key))] = (document.file, places.key(key)[0] + 1)
            plain[str(key)] = _plain(value, (*path, str(key)), document)
        return plain
    if isinstance(node, list):
        for place in range(len(node)):
            document.origins[(*path, place)] = (document.file, places.item(place)[0] + 1)
        return [_plain(value, (*path, place), document) for place, value in enumerate(node)]
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return None if node is None else str(node)


def _merge(base: Document, top: Document, path: Path_) -> None:
    """Lay one document over another: mappings key by key, everything else as a whole, null removes."""
    below, above = _at(base.content, path), _at(top.content, path)
    for key, value in above.items():
        here = (*path, key)
        if value is None:
            below.pop(key, None)
        elif isinstance(value, dict) and isinstance(below.get(key), dict) and "value" not in value:
            base.origins[here] = top.origins[here]
            _merge(base, top, here)
        else:
            below[key] = value
            base.origins.update({p: o for p, o in top.origins.items() if p[: len(here)] == here})


def _at(content: dict[str, Any], path: Path_) -> dict[str, Any]:
    for part in path:
        content = content[part]  # type: ignore[index]
    return content
