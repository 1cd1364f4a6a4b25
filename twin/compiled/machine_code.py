"""Python functions turned into machine code, kept for the next process."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import numba
from platformdirs import user_cache_path

Function = TypeVar("Function", bound=Callable[..., Any])


def part(function: Function) -> Function:
    """Compile a function into the compiled functions that call it."""
    compiled: Function = numba.njit(error_model="numpy", forceinline=True)(function)
    return compiled


def rare(function: Function) -> Function:
    """Compile a function that compiled functions call now and then; it is there only once."""
    compiled: Function = numba.njit(error_model="numpy")(function)
    return compiled


def entry(function: Function) -> Function:
    """Compile a function that Python calls, when it is first called; later processes load what was compiled.

    It is kept under a hash of all sources of its folder: numba looks only at the file of the function itself, and
    would not see that a part of it in another file has changed. Where no folder can be written, every process
    compiles anew.
    """
    before = numba.config.CACHE_DIR
    for folder in _folders(Path(function.__code__.co_filename).parent):
        numba.config.CACHE_DIR = str(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                compiled: Function = numba.njit(error_model="numpy", cache=True)(function)
                return compiled
        except (OSError, RuntimeError):
            continue
        finally:
            numba.config.CACHE_DIR = before
    return rare(function)


def _folders(here: Path) -> list[Path]:
    """Return where machine code of a folder may be kept, best first."""
    sources = sha256()
    for file in sorted(here.glob("*.py")):
        sources.update(file.read_bytes())
    name = f"machine_code-{sources.hexdigest()[:16]}"
    homes = (here / "__pycache__", user_cache_path("gigatwin", appauthor=False))
    return [home / name for home in homes]
