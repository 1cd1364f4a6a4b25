"""The luck of every lot in machine code: NumPy's numbers for the same key, bit by bit.

Source: Philox 4x64-10, Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (2011); the ziggurat of Marsaglia and
Tsang (2000) with 256 layers for exponential numbers.
"""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from twin.compiled.machine_code import part, rare
from twin.compiled.memory import Record, Root, block_of, draw_of, layer_of, number_of
from twin.compiled.state import BLOCK, BROUGHT, KEPT, LAYER, UNIFORM, Records

Word = np.uint64

_LAYERS = 256
# where the last layer ends and the tail begins, found by letting the layers end at the top
_TAIL = "7.6971174701310497140446280480152154991"
_TAIL_BEGINS = float(_TAIL)
_ROUNDS = 10
_FIRST, _SECOND = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_GOLDEN, _ROOT = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_UNIT = 2.0**-53


@lru_cache(maxsize=1)
def layers() -> Records:
    """Return the ziggurat under exp(-x): for each layer which whole numbers lie inside it, width and height."""
    with localcontext() as context:
        context.prec = 38
        tail = Decimal(_TAIL)
        area = (tail + 1) * (-tail).exp()
        edges = [tail]
        while len(edges) < _LAYERS - 1:
            edges.append(-(area / edges[-1] + (-edges[-1]).exp()).ln())
        edges.reverse()
        bottom, whole = area / (-tail).exp(), Decimal(2) ** 53
        inside = [int(tail / bottom * whole), 0, *(int(a / b * whole) for a, b in pairwise(edges))]
        found = np.zeros(_LAYERS, LAYER)
        found["inside"] = inside
        found["width"] = [float(edge / whole) for edge in (bottom, *edges)]
        found["height"] = [1.0, *(float((-edge).exp()) for edge in edges)]
    return found


@intrinsic  # type: ignore[untyped-decorator]
def high_word(_: Any, first: Any, second: Any) -> Any:
    """Return the upper half of a product of two words."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(values[0], wide), builder.zext(values[1], wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), code


@rare
def _philox(draw: Record, counter: int) -> tuple[Word, Word, Word, Word]:
    """Return the four random words of a counter of a block."""
    a, b, c, d = np.uint64(counter), np.uint64(0), np.uint64(0), np.uint64(draw.block)
    first, second = np.uint64(draw.first_key), np.uint64(draw.second_key)
    for _ in range(_ROUNDS):
        high, low = high_word(_FIRST, a), _FIRST * a
        high_too, low_too = high_word(_SECOND, c), _SECOND * c
        a, b, c, d = high_too ^ b ^ first, low_too, high ^ d ^ second, low
        first += _GOLDEN
        second += _ROOT
    return a, b, c, d


@rare
def draw_block(w: Root, row: int, block: int) -> bool:
    """Draw the numbers of a block of lots. Returns False when Python has to bring them."""
    draw = draw_of(w, row)
    if draw.kind == BROUGHT:
        return False
    draw.block = block
    draw.counter = 0
    draw.left = 0
    place = row * KEPT + (block & (KEPT - 1))
    block_of(w, place).value = block
    for lot in range(BLOCK):
        number = number_of(w, place * BLOCK + lot)
        if draw.kind == UNIFORM:
            number.value = _uniform(draw)
        else:
            number.value = draw.mean * _exponential(w, draw)
    return True


@part
def _word(draw: Record) -> Word:
    """Return the next random word of a block."""
    if draw.left == 0:
        draw.counter += 1
        draw.w0, draw.w1, draw.w2, draw.w3 = _philox(draw, draw.counter)
        draw.left = 4
    draw.left -= 1
    if draw.left == 3:
        return np.uint64(draw.w0)
    if draw.left == 2:
        return np.uint64(draw.w1)
    if draw.left == 1:
        return np.uint64(draw.w2)
    return np.uint64(draw.w3)


@part
def _uniform(draw: Record) -> float:
    return float((_word(draw) >> np.uint64(11)) * _UNIT)


@part
def _exponential(w: Root, draw: Record) -> float:
    while True:
        word = _word(draw) >> np.uint64(3)
        place = int(word & np.uint64(0xFF))
        word >>= np.uint64(8)
        layer = layer_of(w, place)
        x = float(word * layer.width)
        if word < layer.inside:
            return x
        if place == 0:
            return float(_TAIL_BEGINS - math.log1p(-_uniform(draw)))
        if (layer_of(w, place - 1).height - layer.height) * _uniform(draw) + layer.height < math.exp(-x):
            return x
