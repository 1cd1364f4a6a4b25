"""What physics has made wrong becomes flaws of the lots that come out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.marks import Marks, in_order, marks_of
from twin.material import Cell, Electrode, Slurry
from twin.occasion import Made


def bring_in(made: Made, flaws: Mapping[str, int]) -> None:
    """Bring the defects that physics has made into the outputs, where the line declares them.

    Args:
        made: what a step has made.
        flaws: number of each defect mode that may be born there.
    """
    marks: dict[int, list[Marks]] = {}
    for born in made.born:
        number = flaws.get(born.mode)
        if number is None:
            continue
        material = made.outputs[born.output]
        if isinstance(material, Cell):
            # a cell that was lost before stays in the arrays
            for place in [place for place in born.places if material.alive[place]]:
                material.flaws[place] = material.flaws.get(place, 0) | 1 << number
        elif isinstance(material, (Slurry, Electrode)):
            if born.whole:
                material.flaws |= 1 << number
            if isinstance(material, Electrode) and len(born.marks):
                pieces = np.asarray(born.marks, np.float64)
                found = marks_of(material.begin + pieces[:, 0], pieces[:, 1], pieces[:, 2], number)
                marks.setdefault(born.output, []).append(found)
    # at once: a bad web has very many, each a defect of its own
    for output, parts in marks.items():
        web = made.outputs[output]
        assert isinstance(web, Electrode)
        web.mark(in_order(parts))
