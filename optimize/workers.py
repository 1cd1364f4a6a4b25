"""Questions to the twin, asked in several processes; what it answers does not depend on how many."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TypeVar

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


Tell = Callable[[str, int, int], None]


def ask_all(
    ask: Callable[[Asked], Answered], questions: Sequence[Asked], workers: int, what: str, tell: Tell | None = None
) -> list[Answered]:
    """Return the answers in the order of the questions.

    Args:
        ask: a function of a module, so that another process can find it.
        questions: what to ask.
        workers: processes; 1 asks in this one.
        what: what is being done, for ``tell``.
        tell: called with ``what``, how many answers are there and how many there will be.
    """
    report = tell or (lambda what, over, total: None)
    report(what, 0, len(questions))
    if workers == 1:
        answers = []
        for question in questions:
            answers.append(ask(question))
            report(what, len(answers), len(questions))
        return answers
    with ProcessPoolExecutor(workers, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)) as pool:
        tasks = [pool.submit(ask, question) for question in questions]
        try:
            for over, task in enumerate(as_completed(tasks), start=1):
                task.result()
                report(what, over, len(questions))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        return [task.result() for task in tasks]
