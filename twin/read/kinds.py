"""What a declared file is, told by keys that only such files have, so that one in the wrong place is told at once."""

from __future__ import annotations

from pydantic import BaseModel

from twin.problems import InputError
from twin.read.document import Document

# the first whose keys are all in a file says what it is
_KINDS = (
    ({"stations"}, "a plant: 'gigatwin simulate' runs it, 'gigatwin compare' takes two or more, studies name one"),
    ({"strategies"}, "a study of strategies: 'gigatwin compare' lives them"),
    ({"line", "knobs"}, "a study of one plant: 'gigatwin optimize' answers it"),
)


def refuse_other_kinds(document: Document, model: type[BaseModel]) -> None:
    """Refuse a file that declares something else than is wanted, before each of its keys is told as unknown.

    Raises:
        InputError: it is another kind of file.
    """
    for keys, what in _KINDS:
        if keys <= document.content.keys():
            if not keys <= model.model_fields.keys():
                raise InputError(f"{document.file} is {what}")
            return
