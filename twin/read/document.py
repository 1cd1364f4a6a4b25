"""Declared files as text: loading, ``extends``, and the line on which each value stands."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from twin.problems import InputError, Problem, did_you_mean, shown
from twin.read.shipped import known_lines

Path_ = tuple[str | int, ...]
_SUFFIXES = (".yaml", ".yml")
# far above any plant; a few lines of aliases can grow to more than any memory holds
_MOST_VALUES = 100_000
# files of which a process keeps what it has read: those of all plants that come with gigatwin, and some more
_KEPT = 64


@dataclass
class Document:
    """A file as plain data, with the place of every value.

    Attributes:
        file: the file as the user named it.
        content: mappings, lists and scalars.
        origins: file and line of each path.
        records: where its sourced numbers come from, once they have been replaced by their values.
    """

    file: str
    content: dict[str, Any]
    origins: dict[Path_, tuple[str, int]] = field(default_factory=dict)
    records: list[Any] = field(default_factory=list)

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
        raise InputError([document.problem(("extends",), f"{shown(parents)} is not a file name or a list of them")])
    merged = Document(document.file, {})
    problems: list[Problem] = []
    for place, parent in enumerate(parents):
        try:
            _merge(merged, _parent(document, parent, ("extends", place), (*seen, path.resolve())), ())
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    _keep_what_machines_cost(merged, document)
    _merge(merged, document, ())
    return merged


def _keep_what_machines_cost(base: Document, top: Document) -> None:
    """Note servers, batches and calendars of a plant where a file that builds on it has others and its nameplate.

    Without it a second coater, or a third shift, would cost nothing: cost rows buy what the nameplate needs.
    """
    if "nameplate" not in base.content or "nameplate" in top.content:
        return
    below, above = base.content.get("stations"), top.content.get("stations")
    if not isinstance(above, dict) or not isinstance(below, dict):
        return
    for name in above:
        for way in (("servers",), ("calendar",), ("batch", "lots"), ("batch", "units")):
            old, new = _found(below, (name, *way)), _found(above, (name, *way))
            if old is not None and new is not None:
                key = f"cost_{way[0]}"
                below[name].setdefault(key, old)
                base.origins.setdefault(("stations", name, key), base.place(("stations", name, *way)))


def _found(content: Any, way: Path_) -> Any:
    """Return what stands somewhere in plain data; None when nothing does."""
    for part in way:
        content = content.get(part) if isinstance(content, dict) else None
    return content


def _parent(document: Document, name: str, place: Path_, seen: tuple[Path, ...]) -> Document:
    """Load one of the files that a document extends: one beside it, or a plant that comes with gigatwin."""
    folder = Path(document.file).parent
    file = folder / (name if name.endswith(_SUFFIXES) else f"{name}.yaml")
    try:
        found = file.is_file()
    except OSError:
        found = False
    if not found:
        shipped = {plant.stem: plant for plant in known_lines()}
        if name not in shipped:
            there = [other.name for other in file.parent.glob("*.yaml")] if file.parent.is_dir() else []
            choices = [*there, *shipped] if file.parent == folder else there
            cure = did_you_mean(file.name, choices) if choices else ""
            text = f"no file '{name}' beside {Path(document.file).name}{cure}"
            raise InputError([document.problem(place, text)])
        file = shipped[name]
    if file.resolve() in seen:
        text = f"'{name}' extends itself in a circle; take the way back out of one of the files"
        raise InputError([document.problem(place, text)])
    return load(file, seen)


def _parse(path: Path) -> Document:
    read = _read(path, _text(path))
    # whoever loads a file merges others into it
    return Document(read.file, deepcopy(read.content), dict(read.origins))


@lru_cache(maxsize=_KEPT)
def _read(path: Path, text: str) -> Document:
    """Return a file as plain data; the base files of all plants are read once in a process, as long as they stay."""
    from ruamel.yaml.constructor import DuplicateKeyError
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        loaded = _yaml().load(text)
        document = Document(str(path), {})
        document.content = _plain(loaded, (), document, 1)
    except InputError:
        raise
    except DuplicateKeyError as error:
        key = str(error.problem).partition('"')[2].partition('"')[0]
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError([Problem(str(path), line, "", f"'{key}' stands here twice; take one out")]) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        cause = " ".join(str(error.problem or "is not YAML").split())
        raise InputError([Problem(str(path), mark.line + 1 if mark else 1, "", f"{cause}, expected YAML")]) from None
    except RecursionError:
        raise InputError([Problem(str(path), 1, "", "is nested too deep; is a bracket missing?")]) from None
    except Exception as error:
        # ruamel raises whatever its constructors raise for odd tags and for anchors that hold themselves
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        cause = " ".join(str(error).split()) if isinstance(error, YAMLError) else "is an anchor (&) or tag (!) misused?"
        raise InputError([Problem(str(path), line, "", f"cannot be read as YAML: {cause}")]) from None
    if not isinstance(document.content, dict):
        what = "the file is empty" if loaded is None else "the file is one value or list"
        raise InputError([Problem(str(path), 1, "", f"{what}, expected a mapping such as 'name: my_plant'")])
    return document


def _yaml() -> Any:
    """Return a YAML reader that knows its lines; to it dates, and numbers of thousands of digits, are texts."""
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import RoundTripConstructor

    class Constructor(RoundTripConstructor):
        def construct_yaml_int(self, node: Any) -> Any:
            try:
                return super().construct_yaml_int(node)
            except ValueError:
                return node.value

    Constructor.add_constructor("tag:yaml.org,2002:int", Constructor.construct_yaml_int)
    Constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)
    reader = YAML(typ="rt")
    reader.Constructor = Constructor
    return reader


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError([Problem(str(path), 0, "", f"cannot be read: {error.strerror or error}")]) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        text = f"byte 0x{raw[error.start]:02x} is not UTF-8, expected a text in UTF-8; save the file in that encoding"
        raise InputError([Problem(str(path), line, "", text)]) from None


def _plain(node: Any, path: Path_, document: Document, line: int) -> Any:
    """Copy a loaded node as plain Python and note the line of each of its parts; ``line`` is the node's own."""
    if len(document.origins) > _MOST_VALUES:
        raise InputError(
            [document.problem(path[:1], f"grows to more than {_MOST_VALUES} values; use fewer aliases (*)")]
        )
    places: Any = getattr(node, "lc", None)
    if isinstance(node, dict):
        plain = {}
        for key, value in node.items():
            # what a merge key ('<<') brings in has no line here
            own = places.key(key)[0] + 1 if places.data and key in places.data else line
            name = key if isinstance(key, str) else shown(key)
            document.origins[(*path, str(name))] = (document.file, own)
            plain[str(name)] = _plain(value, (*path, str(name)), document, own)
        return plain
    if isinstance(node, list):
        items = []
        for place, value in enumerate(node):
            own = places.item(place)[0] + 1 if places.data and place in places.data else line
            document.origins[(*path, place)] = (document.file, own)
            items.append(_plain(value, (*path, place), document, own))
        return items
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return None if node is None else str(node)


def _merge(base: Document, top: Document, path: Path_) -> None:
    """Lay one document over another: mappings key by key, everything else as a whole, null removes."""
    below, above = _at(base.content, path), _at(top.content, path)
    for key, value in above.items():
        here = (*path, key)
        if isinstance(value, dict) and isinstance(below.get(key), dict) and "value" not in value:
            base.origins[here] = top.origins[here]
            _merge(base, top, here)
            continue
        # nothing that is replaced may be looked for in the file that is built upon
        for old in _paths(below.get(key), here):
            base.origins.pop(old, None)
        base.origins.update({new: top.origins[new] for new in _paths(value, here)})
        if value is None:
            below.pop(key, None)
        else:
            below[key] = value


def _paths(value: Any, path: Path_) -> Iterator[Path_]:
    """Yield the path of a value and of everything in it."""
    yield path
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _paths(part, (*path, key))


def _at(content: dict[str, Any], path: Path_) -> dict[str, Any]:
    for part in path:
        content = content[part]  # type: ignore[index]
    return content
