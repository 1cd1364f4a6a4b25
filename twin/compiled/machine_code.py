"""Functions of the compiled execution that call each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

from twin.machine_code import entry as entry

Function = TypeVar("Function", bound=Callable[..., Any])

# nobody but compiled functions calls these, so that they need no doors for Python and C, which take as long to compile;
# Python that calls one all the same crashes
_INSIDE = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def part(function: Function) -> Function:
    """Compile a function into the compiled functions that call it."""
    compiled: Function = numba.njit(forceinline=True, **_INSIDE)(function)
    return compiled


def rare(function: Function) -> Function:
    """Compile a function that compiled functions call now and then; it is there only once."""
    compiled: Function = numba.njit(**_INSIDE)(function)
    return compiled
