"""The file of a plant at one moment: arrays by name and a header, in NumPy's npz format."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from twin.compiled.state import Records
from twin.problems import InputError

FORMAT = 2

_HEADER = "header"
_NOW, _LAID_OUT, _THINGS, _WORN = "now.", "laid_out.", "things.", "worn"


@dataclass(frozen=True)
class Header:
    """What is said of a saved plant.

    Attributes:
        time: the moment [s].
        seed: key of the luck so far.
        line: name of the plant.
        line_sha256: hash of what it declared.
        reasons: of rejects, in the order in which they were met.
        structure: what a line that goes on from here must have in common with this one.
        lot_scale: how many lots move as one.
        evaluate: which lots physics works out.
        kinds: what things of a plant with physics hold, by kind.
        gauges: its gauges by their numbers.
    """

    time: float
    seed: int
    line: str
    line_sha256: str
    reasons: list[str]
    structure: dict[str, Any]
    lot_scale: int = 1
    evaluate: str = "all"
    kinds: dict[str, list[str]] = field(default_factory=dict)
    gauges: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Present:
    """A plant at one moment, as both engines know it: of timed stations alone as arrays, one with physics as things.

    Attributes:
        header: what is said of it.
        arrays: its state, by the names of ``twin.compiled.state``; "root" for what there is one of.
        laid_out: the same of an empty plant, as the line then declared it.
        worn: how far its machines have lived, as ``worn.py`` has it.
        things: what there is in a plant with physics, as arrays of ``codec.py``; none where ``arrays`` tell it.
    """

    header: Header
    arrays: dict[str, Records]
    laid_out: dict[str, Records]
    worn: Records
    things: dict[str, Records] = field(default_factory=dict)


def refuse_to_save(path: Path, overwrite: bool) -> None:
    """Refuse a place where no state can be written.

    Raises:
        InputError: it is taken, is no file, or its folder is not there or may not be written to.
    """
    folder = path.absolute().parent
    if path.is_dir():
        raise InputError(f"--save-state {path}: that is a folder; give the name of a file")
    if path.exists() and not overwrite:
        raise InputError(f"--save-state {path}: the file exists already; choose another, or say --overwrite")
    if not folder.is_dir():
        raise InputError(f"--save-state {path}: there is no folder {folder}; make it, or choose another")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"--save-state {path}: the folder {folder} may not be written to; choose another")


def write_present(path: Path, present: Present) -> None:
    """Write a plant at one moment as a whole or not at all."""
    header = json.dumps({"gigatwin_state": FORMAT, **asdict(present.header)})
    arrays = {f"{_NOW}{name}": array for name, array in present.arrays.items()}
    arrays |= {f"{_LAID_OUT}{name}": array for name, array in present.laid_out.items()}
    arrays |= {f"{_THINGS}{name}": array for name, array in present.things.items()} | {_WORN: present.worn}
    draft = path.with_name(f"{path.name}.tmp")
    try:
        with draft.open("wb") as file:
            np.savez_compressed(file, **{_HEADER: np.frombuffer(header.encode(), np.uint8)}, **arrays)  # type: ignore[arg-type]
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_present(path: Path) -> Present:
    """Read a plant at one moment.

    Raises:
        InputError: there is no such file, it is no state, a newer one, or damaged.
    """
    try:
        if not zipfile.is_zipfile(path):
            path.open("rb").close()
            raise _no_state(path)
        with np.load(path, allow_pickle=False) as stored:
            if _HEADER not in stored.files:
                raise _no_state(path)
            header = _header(path, stored[_HEADER])
            found = {name: stored[name] for name in stored.files if name != _HEADER}
    except OSError as error:
        raise InputError(f"--from-state {path}: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, EOFError, KeyError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"--from-state {path}: the file is damaged ({error}); save the state again") from None
    worn = found.pop(_WORN, np.zeros(0))
    return Present(header, _named(found, _NOW), _named(found, _LAID_OUT), worn, _named(found, _THINGS))


def _header(path: Path, stored: Records) -> Header:
    said = json.loads(stored.tobytes())
    if not isinstance(said, dict) or not isinstance(said.get("gigatwin_state"), int):
        raise _no_state(path)
    version = said.pop("gigatwin_state")
    if version != FORMAT:
        raise InputError(
            f"--from-state {path}: it has format {version}, this gigatwin reads format {FORMAT}; "
            "go on with the version that wrote it, or save the state again"
        )
    return Header(**said)


def _no_state(path: Path) -> InputError:
    return InputError(f"--from-state {path}: that is no state of a plant; give a file that --save-state has written")


def _named(found: dict[str, Records], prefix: str) -> dict[str, Records]:
    return {name.removeprefix(prefix): array for name, array in found.items() if name.startswith(prefix)}
