"""Settings: what may be chosen, within which range, and a line with its knobs turned."""

from __future__ import annotations

from twin.declared import Declared


class Knob(Declared):
    """Something that may be chosen.

    Attributes:
        path: where it stands in the line file, such as "stations.cathode_coating.step.speed".
        low: smallest value that may be chosen, written as in the file.
        high: largest value.
        title: what people call it.
    """

    path: str
    low: str | float
    high: str | float
    title: str = ""
