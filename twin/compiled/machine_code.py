"""Functions of the compiled execution that call each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

from twin.machine_code import entry as entry

Function = TypeVar("Function", bound=Callable[..., Any])


def part(function: Function) -> Function:
    """Compile a function into the compiled functions that call it."""
    compiled: Function = numba.njit(error_model="numpy", forceinline=True)(function)
    return compiled


def rare(function: Function) -> Function:
    """Compile a function that compiled functions call now and then; it is there only once."""
    compiled: Function = numba.njit(error_model="numpy")(function)
    return compiled
