"""Run: one sealed question to the twin."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from twin.line import Line

ENGINES = ("simpy", "compiled", "auto")


@dataclass(frozen=True)
class Run:
    """Everything that decides the answer; equal runs give equal journals.

    Attributes:
        line: the plant, its knobs already turned.
        days: length of the measured time [d].
        warmup: days simulated before it and not counted [d]; None finds them by MSER-5.
        seed: key of all luck.
        cells: which cell rows are kept: "all", "none" or "sample:1%".
        truth: whether what is true is written beside what gauges report, for studies.
        engine: one of ``ENGINES``, what executes the flow; "auto" takes machine code where it saves time. The
            journal is the same.
        from_state: file of a plant at one moment, with which the run begins; days and warm-up are counted from the
            first midnight after it. None begins with an empty plant.
        lot_scale: how many lots move as one; 1 is every lot as declared. What has been made, taken and lost is
            counted as ever.
        evaluate: which lots physics works out: "all", or a share of the batches with all that is made of them, such
            as "sample:1%"; the others are counted as it went with those.
    """

    line: Line
    days: int = 365
    warmup: int | None = 30
    seed: int = 1
    cells: str = "sample:1%"
    truth: bool = False
    engine: str = "auto"
    from_state: Path | None = None
    lot_scale: int = 1
    evaluate: str = "all"


@dataclass(frozen=True)
class Save:
    """A wish to have the plant saved at one moment of a run.

    Attributes:
        path: the file.
        at: the moment, from the beginning of the plant [s]; None is the end of the run.
        overwrite: replace a file that is there.
    """

    path: Path
    at: float | None = None
    overwrite: bool = False
