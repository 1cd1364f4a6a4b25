"""What several steps do to a web: scrap its beginning and what a stop spoils, and find where it is flawed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.marks import ALL_LANES
from twin.material import Electrode, Floats
from twin.occasion import Loss, Occasion

# start from the web's own beginning [m], length [m], lane
Places = list[tuple[float, float, int]]


def cut_off(web: Electrode, threading: float, stops: float) -> tuple[Electrode, list[Loss]]:
    """Cut scrap from the start of a web.

    Args:
        web: the web.
        threading: web scrapped to thread the machine [m].
        stops: web scrapped at stops [m].

    Returns:
        The rest of the web, and what was lost; never more than there is.
    """
    threading = min(threading, web.length)
    stops = min(stops, web.length - threading)
    if threading + stops <= 0:
        return web, []
    per_metre = web.solids / web.length
    losses = [
        Loss(reason, metres, "m", web.electrode, metres * per_metre)
        for reason, metres in (("threading", threading), ("start_stop", stops))
        if metres > 0
    ]
    return web.shortened(threading + stops), losses


def mean_loading(web: Electrode) -> float:
    """Return the mean loading of a web relative to target [-]."""
    return float(np.add.reduce(web.loading, axis=None)) / web.loading.size


def scattered(purpose: str, at: Occasion, rate: float, length: float, lanes: int) -> tuple[Floats, NDArray[np.intp]]:
    """Return where something rare happens on a web, at any place with equal chance.

    Args:
        purpose: names the luck.
        at: the occasion.
        rate: how often in all lanes together [1/m].
        length: length of the web [m].
        lanes: lanes side by side.

    Returns:
        Places along the web [m] and lanes. Each of shape (events,).
    """
    along = at.luck.arrivals(purpose, at.lot, rate * length)
    if not len(along):
        return along, np.zeros(0, np.intp)
    across = at.luck.uniform(f"{purpose} lane", at.lot, len(along)) * lanes
    return along / np.float32(rate), across.astype(np.intp)


def pieces(starts: Floats, length: float, lanes: NDArray[np.intp] | int) -> NDArray[np.float64]:
    """Return pieces of web of one length in rows: start [m], length [m], lane. Shape (pieces, 3)."""
    rows = np.empty((len(starts), 3))
    rows[:, 0], rows[:, 1], rows[:, 2] = starts, length, lanes
    return rows


def stretches(bad: NDArray[np.bool_], web: Electrode) -> Places:
    """Return the stretches of a web whose segments are bad, one for each run of them in a lane.

    Args:
        bad: of the whole web, as its arrays are. Shape (segments, lanes), or (segments,) for all lanes at once.
        web: what is left of the web; stretches before it are left out.
    """
    if not bad.any():
        return []
    lanes = np.atleast_2d(bad.T)
    padded = np.zeros((len(lanes), lanes.shape[1] + 2), np.int8)
    padded[:, 1:-1] = lanes
    change = np.diff(padded, axis=1)
    lane, first = np.nonzero(change == 1)
    last = np.nonzero(change == -1)[1]
    begin = np.maximum(first * web.pitch - web.begin, 0.0)
    size = np.minimum(last * web.pitch - web.begin, web.length) - begin
    names = lane if bad.ndim == 2 else np.full_like(lane, ALL_LANES)
    keep = size > 0
    return list(zip(begin[keep].tolist(), size[keep].tolist(), names[keep].tolist(), strict=True))
