"""First charge, whose physics is not filled in yet."""

from __future__ import annotations

from typing import Literal

from twin.shapes import ForTime


class Formation(ForTime):
    """Formation: the first charge, on one channel a cell; its stations take lots by channels."""

    kind: Literal["formation"]
