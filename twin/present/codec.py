"""Things of a plant as plain data: numbers, words and arrays, never code.

A state may come from anybody, so what it can hold is a closed list: numbers, words, lists, tables, arrays of numbers
and the kinds in ``KINDS``. Reading makes things of these kinds and nothing else, and runs nothing that the file says.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import IntEnum
from functools import cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.flow.deck import Remembered
from twin.flow.lot import Lot
from twin.flow.turn import Turn
from twin.material import Cell, Electrode, Plain, Separator, Slurry
from twin.pooling import Picked
from twin.quality.instrument import Reading

Arrays = dict[str, NDArray[Any]]

KINDS: dict[str, Any] = {
    kind.__name__: kind for kind in (Cell, Electrode, Lot, Picked, Plain, Reading, Remembered, Separator, Slurry, Turn)
}

_NODES = "nodes"
_NUMBERS = "biuf"


@cache
def fields_of(kind: Any) -> tuple[str, ...]:
    """Return the names of what a thing of some kind holds."""
    if is_dataclass(kind):
        return tuple([field.name for field in fields(kind)])
    return tuple(getattr(kind, "_fields", None) or kind.__slots__)


def kinds() -> dict[str, list[str]]:
    """Return what things of each kind hold; a state of another gigatwin may have others."""
    return {name: [*fields_of(kind)] for name, kind in KINDS.items()}


def as_arrays(thing: Any) -> Arrays:
    """Return a thing, and all that hangs on it, as a few arrays by name.

    What is one thing in two places stays one: a lot on a machine is that of its turn.

    Raises:
        TypeError: something in it is of a kind that no state holds.
    """
    writer = _Writer()
    top = writer.value(thing)
    said = {_NODES: writer.nodes, "top": top}
    words = np.frombuffer(json.dumps(said, separators=(",", ":")).encode(), np.uint8)
    return {_NODES: words, **{name: np.concatenate(parts) for name, parts in writer.pools.items()}}


def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Any:
    """Return the thing that some arrays hold.

    Raises:
        ValueError: they hold no such thing.
    """
    try:
        said = json.loads(arrays[_NODES].tobytes())
        reader = _Reader(arrays)
        for node in said[_NODES]:
            reader.things.append(reader.made(node))
        return reader.value(said["top"])
    except (KeyError, IndexError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise ValueError(f"what it holds cannot be read: {error!r}") from None


class _Writer:
    """Turns things into nodes that name each other by number; arrays of one kind of number lie behind each other.

    Attributes:
        nodes: a letter or a kind, and what it holds: a number, a word, or the number of a node in a list of its own.
        pools: arrays by kind of number, those of all things one after the other.
    """

    def __init__(self) -> None:
        self.nodes: list[list[Any]] = []
        self.pools: dict[str, list[NDArray[Any]]] = {}
        self._sizes: dict[str, int] = {}
        # the things themselves are kept, so that no other one gets their identity meanwhile
        self._known: dict[int, tuple[int, Any]] = {}

    def value(self, thing: Any) -> Any:
        """Return what stands for a thing."""
        kind = type(thing)
        if thing is None or kind in (bool, int, float, str):
            return thing
        if isinstance(thing, IntEnum):
            return int(thing)
        known = self._known.get(id(thing))
        if known is None:
            self.nodes.append(self._node(thing))
            known = self._known[id(thing)] = (len(self.nodes) - 1, thing)
        return [known[0]]

    def _node(self, thing: Any) -> list[Any]:
        kind = type(thing)
        if isinstance(thing, np.ndarray | np.generic):
            return self._array(thing)
        if kind in (list, tuple):
            return [kind.__name__, *map(self.value, thing)]
        if kind is deque:
            return ["deque", thing.maxlen, *map(self.value, thing)]
        if kind is dict:
            return ["dict", *(self.value(part) for pair in thing.items() for part in pair)]
        if KINDS.get(kind.__name__) is kind:
            return [kind.__name__, *(self.value(getattr(thing, name)) for name in fields_of(kind))]
        raise TypeError(f"a {kind.__name__} is no part of a plant's state")

    def _array(self, thing: NDArray[Any] | np.generic) -> list[Any]:
        array = np.asarray(thing)
        if array.dtype.kind not in _NUMBERS:
            raise TypeError(f"an array of {array.dtype} is no part of a plant's state")
        name = array.dtype.name
        first = self._sizes.get(name, 0)
        self.pools.setdefault(name, []).append(array.ravel())
        self._sizes[name] = first + array.size
        if isinstance(thing, np.generic):
            return ["number", name, first]
        # machine code is made for the layout as well, and would be made anew for another one
        return ["array", name, first, list(array.shape), array.flags.c_contiguous, array.flags.writeable]


class _Reader:
    """Turns nodes back into things, each after those that it names.

    Attributes:
        things: those of the nodes so far.

    Args:
        arrays: where numbers lie behind each other, by kind.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.things: list[Any] = []
        self._arrays = arrays

    def value(self, said: Any) -> Any:
        """Return what something stands for."""
        if isinstance(said, list):
            (number,) = said
            return self.things[number]
        return said

    def _values(self, said: list[Any]) -> Iterator[Any]:
        return map(self.value, said)

    def made(self, node: list[Any]) -> Any:
        """Return the thing of a node."""
        kind, *parts = node
        if kind == "array":
            return self._array(*parts)
        if kind == "number":
            name, place = parts
            return self._arrays[name][place]
        if kind == "list":
            return [*self._values(parts)]
        if kind == "tuple":
            return (*self._values(parts),)
        if kind == "deque":
            return deque(self._values(parts[1:]), parts[0])
        if kind == "dict":
            values = [*self._values(parts)]
            return dict(zip(values[::2], values[1::2], strict=True))
        return self._of_kind(KINDS[kind], [*self._values(parts)])

    def _of_kind(self, kind: Any, values: list[Any]) -> Any:
        if issubclass(kind, tuple):
            return kind(*values)
        thing = object.__new__(kind)
        for name, value in zip(fields_of(kind), values, strict=True):
            setattr(thing, name, value)
        return thing

    def _array(self, name: str, first: int, shape: list[int], contiguous: bool, writeable: bool) -> NDArray[Any]:
        pool = self._arrays[name]
        size = prod(shape)
        array = pool[first : first + size].reshape(shape)
        array = array.copy() if contiguous else np.repeat(array[..., np.newaxis], 2, axis=-1)[..., 0]
        array.flags.writeable = writeable
        return array
