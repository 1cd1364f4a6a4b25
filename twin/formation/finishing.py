"""Formation steps whose physics is not filled in yet: soaking, degassing, ageing."""

from __future__ import annotations

from typing import Literal

from twin.shapes import AtRate, ForTime


class Soaking(ForTime):
    """Soaking: electrolyte wets the pores."""

    kind: Literal["soaking"]


class Degassing(AtRate):
    """Degassing: gas of the first charge is drawn off and the cell is sealed for good."""

    kind: Literal["degassing"]


class Ageing(ForTime):
    """Ageing: cells rest at a state of charge until self-discharge shows."""

    kind: Literal["ageing"]
