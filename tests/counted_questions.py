"""Questions that leave a mark whenever they are really asked, for tests of who asks what how often."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Reply:
    """An answer with numbers that no decimal fraction tells exactly.

    Attributes:
        number: what was asked.
        parts: by name.
        names: of the parts.
    """

    number: int
    parts: Mapping[str, float]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """A question.

    Attributes:
        marks: folder that gets a file whenever a question is asked.
        number: what is asked.
        seconds: how long the answer takes [s].
    """

    marks: str
    number: int
    seconds: float = 0.0


def reply(asked: Question) -> Reply:
    """Answer, and leave a mark."""
    tempfile.mkstemp(prefix=f"{asked.number}-", dir=asked.marks)
    time.sleep(asked.seconds)
    return Reply(asked.number, {"third": asked.number / 3, "tenth": 0.1 * asked.number}, ("third", "tenth"))


def reply_to_even(asked: Question) -> Reply:
    """Answer, but have the process killed by an odd number."""
    if asked.number % 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return reply(asked)


def questions(marks: Path, numbers: int, seconds: float = 0.0) -> list[Question]:
    """Return some questions."""
    marks.mkdir(exist_ok=True)
    return [Question(str(marks), number, seconds) for number in range(numbers)]


def asked_so_far(marks: Path) -> list[int]:
    """Return what was really asked, as often as it was."""
    return sorted(int(path.name.split("-")[0]) for path in marks.iterdir())
