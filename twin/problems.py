"""Bad input, told so that it can be mended: where, what, what was expected, and a likely cure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in a declared file.

    Attributes:
        file: the file as the user named it; "" when the input came from Python.
        line: line number from 1; 0 when it cannot be told.
        path: where in the file, such as "stations.coating.step.speed".
        text: the value, the expectation and a likely cure.
    """

    file: str
    line: int
    path: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.path, self.text) if part)


class InputError(Exception):
    """Input that cannot be used; carries every problem found, not only the first.

    Attributes:
        problems: what is wrong, in the order of the files.
    """

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        found = [Problem("", 0, "", problems)] if isinstance(problems, str) else sorted(set(problems))
        self.problems: Sequence[Problem] = found
        super().__init__("\n".join(str(problem) for problem in found))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for a misspelt word, or the choices when there are few."""
    choices = sorted(known)
    close = get_close_matches(word, choices, n=1, cutoff=0.6)
    if close:
        return f"; did you mean '{close[0]}'?"
    return f"; expected one of {', '.join(choices)}" if 0 < len(choices) <= 25 else ""
