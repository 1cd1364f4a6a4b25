"""What several steps do to a web: cut some off, run it over rolls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

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
    gone = np.float32(web.length - left)
    marks = web.marks
    if len(marks):
        start = np.maximum(marks.start - gone, 0)
        marks = replace(marks, start=start, length=marks.length - np.maximum(gone - marks.start, 0))
        marks = marks.where(marks.length > 0)
    return replace(web, length=left, solids=left * per_metre, marks=marks), losses
