"""Answers of the twin on disk, found again by what was asked, so that nothing is simulated twice.

An answer is filed under the SHA-256 of everything that decides it: the plant with its knobs turned, the time, the
luck, who asks, and the code that answers. What other code has answered is never taken.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, TypeVar, get_type_hints

from pydantic import BaseModel, TypeAdapter
from pydantic_core import from_json, to_json

from twin import Line, changes, line_sha256, versions

Answered = TypeVar("Answered")

ENVIRONMENT = "GIGATWIN_CACHE"
FORMAT = 2
# an answer is a few kB: enough for some ten thousand of them
LIMIT = 200_000_000
_OURS = re.compile(r"[0-9a-f]{16}/[0-9a-f]{2}/[0-9a-f]{62}\.(json|[^.]+\.tmp)")
_NAMED = re.compile(r"\boptimize\.(\w+(?:\.\w+)*)")


def default_folder() -> Path:
    """Return the folder of answers: what GIGATWIN_CACHE says, or else one where the platform keeps caches."""
    from platformdirs import user_cache_path

    chosen = os.environ.get(ENVIRONMENT)
    return Path(chosen) if chosen else user_cache_path("gigatwin", appauthor=False)


class Cache:
    """Answers that are there already, in memory and on disk; several processes may share a folder.

    Beyond a limit of 200 MB the folder forgets the answers of other code first, and then the oldest.

    Args:
        folder: where they are kept; None keeps them in memory only.
        warn: called with what is wrong with the folder; without a folder the work goes on.
        limit: how much the folder may hold [byte].

    Attributes:
        folder: where answers are kept; None when nowhere.
    """

    def __init__(
        self, folder: Path | None = None, warn: Callable[[str], None] = warnings.warn, limit: int = LIMIT
    ) -> None:
        self.folder = folder
        self._warn = warn
        self._limit = limit
        self._known: dict[str, Any] = {}
        self._looked_at_size = False
        if folder is not None:
            self._try(folder)

    def of(self, ask: Callable[..., Answered]) -> Shelf[Answered]:
        """Return the answers of one function."""
        return Shelf(self, ask)

    def find(self, code: str, key: str, decode: Callable[[Any], Answered]) -> Answered | None:
        """Return an answer, None when it is not there; what is damaged or foreign is not there."""
        if key in self._known:
            known: Answered = self._known[key]
            return known
        if self.folder is None:
            return None
        try:
            found = from_json(_file(self.folder, code, key).read_bytes())
            if found["format"] != FORMAT or found["key"] != key or found["sha256"] != _seal(found["answer"]):
                return None
            answer = decode(found["answer"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        self._known[key] = answer
        return answer

    def keep(self, code: str, key: str, plain: Any, answer: Any) -> None:
        """Keep an answer, also as the plain data that it is written as; a file appears as a whole or not at all."""
        self._known[key] = answer
        if self.folder is None:
            return
        content = {"format": FORMAT, "key": key, "sha256": _seal(plain), "answer": plain}
        try:
            if not self._looked_at_size:
                self._looked_at_size = True
                _forget(self.folder, code, self._limit)
            _write(_file(self.folder, code, key), _json(content))
        except OSError as error:
            self._give_up(error)

    def _try(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        """Go on without the folder, and say so once."""
        folder, self.folder = self.folder, None
        self._warn(
            f"cannot keep answers of the twin in {folder} ({error.strerror or error}): what is simulated now will be "
            f"simulated again next time; choose another folder with --cache or {ENVIRONMENT}"
        )


class Shelf(Generic[Answered]):
    """The answers of one function.

    Args:
        cache: where they are.
        ask: a function of a module that says what it returns: frozen dataclasses of numbers, texts and mappings.

    Raises:
        TypeError: it does not say what it returns.
    """

    def __init__(self, cache: Cache, ask: Callable[..., Answered]) -> None:
        self._cache = cache
        self._ask = f"{ask.__module__}.{ask.__qualname__}"
        self._code = fingerprint(ask.__module__)
        said = get_type_hints(ask)
        if "return" not in said:
            raise TypeError(f"{self._ask} does not say what it returns, so its answers cannot be read again")
        self._kind: TypeAdapter[Answered] = TypeAdapter(said["return"])
        self._lines: dict[int, tuple[Line, list[str]]] = {}

    def key(self, question: Any) -> str:
        """Return the hash of everything that decides the answer."""
        return _digest([FORMAT, self._code, self._ask, self._plain(question)])

    def find(self, key: str) -> Answered | None:
        """Return the answer to a question, None when it is not there."""
        return self._cache.find(self._code, key, self._kind.validate_python)

    def keep(self, key: str, answer: Answered) -> Answered:
        """Keep an answer, and return it as it will be found again."""
        plain = from_json(_json(self._kind.dump_python(answer)))
        again = self._kind.validate_python(plain)
        self._cache.keep(self._code, key, plain, again)
        return again

    def _plain(self, part: Any) -> Any:
        """Return a part of a question as plain data that are equal when the parts are."""
        if isinstance(part, Line):
            return self._line(part)
        if isinstance(part, BaseModel):
            return repr(part)
        if is_dataclass(part):
            named = {field.name: getattr(part, field.name) for field in fields(part)}
            if isinstance(named.get("line"), Line) and "settings" in named:
                named["settings"] = changes(named["line"], named["settings"])
            return [type(part).__qualname__, self._plain(named)]
        if isinstance(part, Mapping):
            return {str(name): self._plain(value) for name, value in part.items()}
        if isinstance(part, Sequence) and not isinstance(part, str):
            return [self._plain(value) for value in part]
        if isinstance(part, Set):
            return sorted(part)
        # arrays and numbers of NumPy
        return part.tolist() if hasattr(part, "tolist") else part

    def _line(self, line: Line) -> list[str]:
        # declared data are what is turned; the object is what is simulated, with the order of its stations
        if id(line) not in self._lines:
            # the line is kept as well, so that no other one gets its id
            self._lines[id(line)] = line, [line_sha256(line), sha256(repr(line).encode()).hexdigest()]
        return self._lines[id(line)][1]


@lru_cache
def fingerprint(module: str) -> str:
    """Return a hash of the code that answers for a module, and of the versions of what it stands on."""
    code = code_sha256(Path(__file__).parents[1], Path(sys.modules[module].__file__ or ""))
    return _digest([code, versions()])


def code_sha256(home: Path, start: Path) -> str:
    """Return the hash of a source file, of all that it names in ``optimize``, directly or not, and of all of ``twin``.

    Args:
        home: folder of both packages.
        start: the file.
    """
    files = {start, *(home / "twin").rglob("*.py")}
    new = [start]
    while new:
        named = _NAMED.findall(new.pop().read_text(encoding="utf-8"))
        paths = {home.joinpath("optimize", *name.split(".")).with_suffix(".py") for name in named}
        found = {path for path in paths - files if path.is_file()}
        files |= found
        new.extend(found)
    ours = [home / "twin", home / "optimize"]
    # a file of somebody else has the same name wherever both packages are installed
    places = {
        path.relative_to(home).as_posix() if any(path.is_relative_to(folder) for folder in ours) else path.name: path
        for path in files
    }
    return _digest({place: sha256(path.read_bytes()).hexdigest() for place, path in places.items()})


def _digest(plain: Any) -> str:
    return sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _json(plain: Any) -> bytes:
    """Return an answer as JSON, several times as fast as by Python: hundreds of young plants' lives are kept."""
    return to_json(plain, inf_nan_mode="constants")


def _seal(plain: Any) -> str:
    return sha256(_json(plain)).hexdigest()


def _file(folder: Path, code: str, key: str) -> Path:
    return folder / code[:16] / key[:2] / f"{key[2:]}.json"


def _write(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all, whoever else writes it at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=f"{path.stem}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _entries(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield the files of a folder that a cache wrote; what else lies there is nobody's business."""
    for path in folder.glob("*/*/*"):
        if _OURS.fullmatch(path.relative_to(folder).as_posix()):
            with suppress(FileNotFoundError):
                yield path, path.stat()


def _forget(folder: Path, code: str, limit: int) -> None:
    """Remove answers from a folder that holds more than its limit: those of other code first, then the oldest."""
    entries = list(_entries(folder))
    size = sum(found.st_size for _, found in entries)
    own = folder / code[:16]
    entries.sort(key=lambda entry: (entry[0].is_relative_to(own), entry[1].st_mtime))
    for path, found in entries:
        if size <= limit:
            return
        path.unlink(missing_ok=True)
        size -= found.st_size
