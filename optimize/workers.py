"""Questions to the twin, asked in several processes; what it answers does not depend on how many."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import Pipe, parent_process
from multiprocessing.connection import Connection, wait
from typing import TypeVar

from optimize.cache import Cache

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

Tell = Callable[[str, int, int], None]


class Pool:
    """Worker processes, started when they are first needed and used again until the end.

    Args:
        workers: how many; 1 asks in this process.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._started: tuple[ProcessPoolExecutor, Connection] | None = None

    def ask(
        self,
        ask: Callable[[Asked], Answered],
        questions: Mapping[str, Asked],
        keep: Callable[[str, Answered], None],
    ) -> None:
        """Ask some questions and hand over each answer with its name as it comes.

        Whatever ends it early ends the processes at once, and what they have answered is handed over before.
        """
        if self.workers == 1:
            for name, question in questions.items():
                keep(name, ask(question))
            return
        tasks: dict[Future[Answered], str] = {}
        try:
            with _interrupts_wait():
                executor = self._executor()
                tasks.update({executor.submit(ask, question): name for name, question in questions.items()})
            for task in as_completed(list(tasks)):
                keep(tasks[task], task.result())
                del tasks[task]
        except BaseException:
            self.stop()
            for task, name in tasks.items():
                if task.done() and not task.cancelled() and task.exception() is None:
                    keep(name, task.result())
            raise

    def _executor(self) -> ProcessPoolExecutor:
        if self._started is None:
            ear, mouth = Pipe(duplex=False)
            self._started = ProcessPoolExecutor(self.workers, initializer=_begin_work, initargs=(ear,)), mouth
        return self._started[0]

    def stop(self) -> None:
        """End the processes at once, whatever they do."""
        if self._started is not None:
            (executor, mouth), self._started = self._started, None
            mouth.send_bytes(b"stop")
            executor.shutdown(cancel_futures=True)

    def close(self) -> None:
        """End the processes when they have done what they were asked."""
        if self._started is not None:
            (executor, _), self._started = self._started, None
            executor.shutdown()


@contextmanager
def hired(workers: int | Pool) -> Iterator[Pool]:
    """Yield worker processes: those that are there, or new ones that end when the work does."""
    if isinstance(workers, Pool):
        yield workers
        return
    with crew(workers) as pool:
        yield pool


@contextmanager
def crew(workers: int, cluster: str | None = None) -> Iterator[Pool]:
    """Yield new workers that end when the work does: processes of this machine, or those of a cluster.

    Args:
        workers: processes.
        cluster: address of a Ray cluster, or "local"; None for processes of this machine.

    Raises:
        InputError: there is no such cluster.
    """
    if cluster is None:
        pool = Pool(workers)
    else:
        from optimize.cluster import Cluster

        pool = Cluster(cluster)
    try:
        yield pool
    finally:
        pool.close()


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


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Let Ctrl-C wait while processes start: one that has not begun its work would die of it with a traceback."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_work(ear: Connection) -> None:
    """Make a process a worker: Ctrl-C reaches all processes, and the first one tells the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_when_told, args=(ear,), daemon=True).start()


def _end_when_told(ear: Connection) -> None:
    """End this process when it is told to, or when the one that started it is gone."""
    first = parent_process()
    assert first is not None
    wait([ear, first.sentinel])
    os._exit(1)
