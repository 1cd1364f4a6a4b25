"""Workers of this machine: processes, none lost when they are stopped, none left behind."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import Pipe, parent_process
from multiprocessing.connection import Connection, wait
from typing import TypeVar

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


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
