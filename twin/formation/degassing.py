"""Degassing: gas of the first charge is drawn off and the cell is sealed for good."""

from __future__ import annotations

from typing import Literal

from twin.shapes import AtRate


class Degassing(AtRate):
    """Degassing and final sealing; its flaws are born at declared rates."""

    kind: Literal["degassing"]
