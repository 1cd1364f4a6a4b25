"""Bad input, told so that it can be mended: where, what, what was expected, and a likely cure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

_LONGEST = 60
_YAML = {None: "null", True: "true", False: "false"}
# pydantic's kinds of error, as a sentence with the value before it and its context in it
_WORDS = {
    "greater_than_equal": "is too small, expected at least {ge}",
    "greater_than": "is too small, expected more than {gt}",
    "less_than_equal": "is too large, expected at most {le}",
    "less_than": "is too large, expected less than {lt}",
    "int_type": "is not a whole number",
    "int_parsing": "is not a whole number",
    "int_parsing_size": "is not a whole number that fits here",
    "int_from_float": "is not a whole number",
    "finite_number": "is not a finite number",
    "string_type": "is not a text, put it in quotes if it is meant",
    "bool_parsing": "is neither true nor false",
    "bool_type": "is neither true nor false",
    "literal_error": "is not known, expected {expected}",
    "dict_type": "is not a mapping, expected 'key: value' pairs",
    "model_type": "is not a mapping, expected 'key: value' pairs",
    "model_attributes_type": "is not a mapping, expected 'key: value' pairs",
    "tuple_type": "is not a list, expected one such as '[a, b]'",
    "list_type": "is not a list, expected one such as '[a, b]'",
    "too_short": "is too short, expected at least {min_length}",
    "too_long": "is too long, expected at most {max_length}",
}


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
    """Return "; did you mean 'x'?" for a misspelt word, or the choices when there are few or none."""
    choices = sorted(known)
    if not choices:
        return "; none is declared"
    close = get_close_matches(word, choices, n=1, cutoff=0.6)
    if close:
        return f"; did you mean '{close[0]}'?"
    return f"; expected one of {', '.join(choices)}" if len(choices) <= 25 else ""


def shown(value: object) -> str:
    """Return a value as it would stand in a file, cut when it is long."""
    if value is None or isinstance(value, bool):
        return _YAML[value]
    try:
        text = repr(value)
    except ValueError:
        # Python writes no whole number of more than 4300 digits
        text = "a number of thousands of digits"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def fault_in_words(detail: Any) -> str:
    """Return what pydantic says of one value ("detail" of its errors), worded for people."""
    kind, message = detail["type"], str(detail["msg"]).removeprefix("Value error, ")
    if kind in ("unit", "range", "value_error"):
        return message
    said = shown(detail["input"])
    if kind in _WORDS:
        return f"{said} {_WORDS[kind].format(**detail.get('ctx', {}))}"
    return f"{said}: {message[:1].lower()}{message[1:]}"
