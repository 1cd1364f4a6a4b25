"""What a command works with: a folder for its results, what the twin has answered before, and somebody who tells."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from optimize.cache import Cache, default_folder
from optimize.progress import bars
from optimize.workers import Tell
from twin import InputError, ResultFiles, results_folder

_MARKS = ("plan.json", "compare.json", "backtest.json")


class Desk(NamedTuple):
    """What a command works with.

    Attributes:
        folder: an empty one, for its results.
        cache: what the twin has answered before.
        tell: shows what is being done.
    """

    folder: Path
    cache: Cache
    tell: Tell


class Answers(NamedTuple):
    """Where a user wants the twin's answers to be kept.

    Attributes:
        folder: where; None for the usual place.
        none: nowhere.
    """

    folder: Path | None = None
    none: bool = False

    def cache(self, warn: Callable[[str], None]) -> Cache:
        """Return the cache.

        Raises:
            InputError: a folder and none.
        """
        if self.none and self.folder is not None:
            raise InputError(f"--no-cache keeps nothing in --cache {self.folder}; say one of them")
        return Cache(None if self.none else self.folder or default_folder(), warn)


@contextmanager
def desk(
    out: Path | None, name: str, overwrite: bool, answers: Answers, workers: int = 1, quiet: bool = False
) -> Iterator[Desk]:
    """Make everything ready for a command, before hours are spent on it.

    Whatever goes wrong then is raised with a note that says what is kept, and where.

    Args:
        out: folder of the results; None for a new one under runs/.
        name: what a new one is called.
        overwrite: replace results that are there already.
        answers: where what the twin answers is kept.
        workers: processes.
        quiet: show nothing.

    Raises:
        InputError: the folder is taken, or what is asked makes no sense.
    """
    from rich.console import Console

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    cache = answers.cache(lambda text: console.print(text, style="yellow", markup=False, emoji=False))
    there = out is not None and out.exists()
    folder = results_folder(out, name, RESULTS if overwrite else None)
    try:
        with bars(console, workers, quiet) as tell:
            yield Desk(folder, cache, tell)
    except BaseException as error:
        # a new folder without results is left to nobody
        with suppress(OSError):
            if not there:
                folder.rmdir()
        error.add_note(_left_behind(folder, cache))
        if isinstance(error, BrokenExecutor) and workers > 1:
            error.add_note(f"--workers {workers - 1} needs less memory")
        raise


def _left_behind(folder: Path, cache: Cache) -> str:
    """Return what is kept, and what to do with it."""
    some = folder.exists() and any(folder.iterdir())
    results = f"what was written so far is in {folder}" if some else "no results were written"
    if cache.folder is None:
        return f"{results}, and what the twin has answered is not kept"
    return f"{results}; what the twin has answered is in {cache.folder}, the same command goes on from there"


def _recognise(folder: Path) -> None:
    """Refuse a folder without a plan, a comparison or a back-test.

    Raises:
        InputError: there is none.
    """
    for name in _MARKS:
        with suppress(OSError, ValueError):
            found = json.loads((folder / name).read_text(encoding="utf-8"))
            if isinstance(found, dict) and found.keys() & {"study", "figures", "cases"}:
                return
    raise InputError(f"{folder} holds no plan, comparison or back-test: it has no {' or '.join(_MARKS)} of gigatwin")


# all that plans, comparisons and back-tests are made of
RESULTS = ResultFiles(
    _recognise,
    re.compile(rf"{'|'.join(map(re.escape, _MARKS))}|report\.html|(?:line|calibrated)\.yaml|pictures|tables"),
)
