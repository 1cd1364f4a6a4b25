"""Questions to the twin, asked in several processes; what it answers does not depend on how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from optimize.cache import Cache
from twin import Pool as Pool
from twin import crew as crew
from twin import hired as hired

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

Tell = Callable[[str, int, int], None]


def ask_all(
    ask: Callable[[Asked], Answered],
    questions: Sequence[Asked],
    workers: int | Pool,
    what: str,
    tell: Tell | None = None,
    cache: Cache | None = None,
) -> list[Answered]:
    """Return the answers in the order of the questions; what the cache knows, and what is equal, is not asked again.

    Args:
        ask: a function of a module, so that another process can find it; it says what it returns.
        questions: what to ask.
        workers: processes; 1 asks in this one.
        what: what is being done, for ``tell``.
        tell: called with ``what``, how many answers are there and how many there will be.
        cache: where answers are looked up and kept, each as soon as it is there; None keeps them for this call only.
    """
    report = tell or (lambda what, over, total: None)
    shelf = (cache or Cache()).of(ask)
    keys = [shelf.key(question) for question in questions]
    times = Counter(keys)
    found = {key: answer for key in times if (answer := shelf.find(key)) is not None}
    left = {key: question for key, question in zip(keys, questions, strict=True) if key not in found}
    over = sum(times[key] for key in found)
    report(what, over, len(keys))

    def keep(key: str, answer: Answered) -> None:
        nonlocal over
        found[key] = shelf.keep(key, answer)
        over += times[key]
        report(what, over, len(keys))

    if left:
        with hired(workers) as pool:
            pool.ask(ask, left, keep)
    return [found[key] for key in keys]
