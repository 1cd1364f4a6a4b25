"""What several steps do to a web: cut some off, run it over rolls."""

from __future__ import annotations

from dataclasses import replace

from twin.material import Electrode
from twin.occasion import Loss


def cut_off(web: Electrode, scrap: dict[str, float]) -> tuple[Electrode, list[Loss]]:
    """Cut scrap from the start of a web.

    Args:
        web: the web.
        scrap: metres to cut by reason; cut in this order until nothing is left.

    Returns:
        The rest of the web and what was lost.
    """
    per_metre = web.solids / web.length if web.length else 0.0
    left, losses = web.length, []
    for reason, metres in scrap.items():
        cut = min(metres, left)
        if cut > 0:
            left -= cut
            losses.append(Loss(reason, cut, "m", web.electrode, cut * per_metre))
    if not losses:
        return web, losses
    gone = web.length - left
    marks = [
        mark if mark.start >= gone else mark._replace(start=gone, length=mark.length - (gone - mark.start))
        for mark in web.marks
    ]
    marks = [mark._replace(start=mark.start - gone) for mark in marks if mark.length > 0]
    return replace(web, length=left, solids=left * per_metre, marks=marks), losses
