"""Equations in loops over the units of a lot, turned into machine code and kept for the next process.

A step says its physics as equations of plain numbers, and one loop that runs through all units of a lot at once and
leaves no array in between. NumPy would make one for each sign of an equation, and most lots are too small for that.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])

# equations that the compiler has not been told of
_NEW: list[Callable[..., Any]] = []


def equation(function: Function) -> Function:
    """Let compiled loops of the same folder call a function; Python calls it as it is."""
    _NEW.append(function)
    return function


def loop(function: Function) -> Function:
    """Compile a loop when it is first called, with the equations in it; the compiler is not loaded before."""
    compiled: Callable[..., Any] | None = None

    @wraps(function)
    def call(*values: Any) -> Any:
        nonlocal compiled
        if compiled is None:
            compiled = _with_equations(function)
            # its module calls it without this detour from now on
            function.__globals__[function.__name__] = compiled
        return compiled(*values)

    return cast(Function, call)


def _with_equations(function: Function) -> Function:
    from numba.extending import register_jitable

    while _NEW:
        register_jitable(error_model="numpy")(_NEW.pop())
    return entry(function)


def entry(function: Function) -> Function:
    """Compile a function that Python calls, when it is first called; later processes load what was compiled.

    It is kept under a hash of all sources of its folder: numba looks only at the file of the function itself, and
    would not see that a part of it in another file has changed. Where no folder can be written, every process
    compiles anew.
    """
    import numba

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
    compiled = numba.njit(error_model="numpy")(function)
    return compiled


def _folders(room: Path) -> list[Path]:
    """Return where machine code of a folder may be kept, best first."""
    from platformdirs import user_cache_path

    sources = sha256()
    for file in sorted(room.glob("*.py")):
        sources.update(file.read_bytes())
    name = f"machine_code-{sources.hexdigest()[:16]}"
    homes = (room / "__pycache__", user_cache_path("gigatwin", appauthor=False))
    return [home / name for home in homes]
