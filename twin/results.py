"""Folders of results: made before hours are spent on what goes into them, and never emptied of what is not ours."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from twin.problems import InputError


@dataclass(frozen=True)
class ResultFiles:
    """What one kind of results is made of; a folder that holds anything else is not overwritten.

    Attributes:
        recognise: raises InputError for a folder without such results.
        names: pattern of the names of their files and folders.
        within: pattern of folders in the folder that hold the same again; "" for none.
    """

    recognise: Callable[[Path], object]
    names: re.Pattern[str]
    within: str = ""


def results_folder(out: Path | None, name: str, overwrite: ResultFiles | None = None) -> Path:
    """Make an empty folder for results.

    Args:
        out: the folder; None for a new one under runs/.
        name: what a new one is called, with the time.
        overwrite: results that may be replaced; None replaces nothing.

    Raises:
        InputError: see ``new_folder``.
    """
    if out is not None:
        return new_folder(out, overwrite)
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = Path("runs") / f"{name}-{stamp}"
    number = 1
    while folder.exists():
        number += 1
        folder = folder.with_name(f"{name}-{stamp}-{number}")
    return new_folder(folder)


def new_folder(folder: Path, overwrite: ResultFiles | None = None) -> Path:
    """Make an empty folder.

    Raises:
        InputError: it cannot be made or written to, holds something and ``overwrite`` is None, or holds something
            that is none of the results that may be replaced.
        OSError: the disk is full.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is a file; choose a folder for --out")
        folder.mkdir(parents=True, exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise InputError(f"cannot make the folder {folder} ({error.strerror}); choose another --out") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"the folder {folder} may not be written to; choose another --out")
    if taken and overwrite is None:
        raise InputError(f"{folder} exists already; choose another --out, or say --overwrite")
    if taken and overwrite is not None:
        _empty(folder, overwrite)
    return folder


def _empty(folder: Path, ours: ResultFiles) -> None:
    """Remove results; the folder itself stays.

    Raises:
        InputError: it holds none, or something else beside them.
    """
    try:
        ours.recognise(folder)
    except InputError as error:
        raise InputError(f"{error}; it is not overwritten, choose another --out") from None
    folders = [folder, *(folder.glob(ours.within) if ours.within else ())]
    strange = [path for each in folders for path in each.iterdir() if not ours.names.fullmatch(path.name)]
    if strange:
        raise InputError(f"{folder} is not overwritten: no run wrote {strange[0]}; move it, or choose another --out")
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
