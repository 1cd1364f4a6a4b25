"""What several steps do to a web: scrap the beginning of a roll and what a stop spoils."""

from __future__ import annotations

from twin.material import Electrode
from twin.occasion import Loss


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
