"""Asking the twin in several processes: the same answers, none lost when it is stopped, no process left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from counted_questions import Question, asked_so_far, questions, reply, reply_to_even

from optimize.cache import Cache
from optimize.workers import Pool, ask_all, hired

HOME = Path(__file__).parents[2]
# only ends a test that has failed anyway
PATIENCE = 60.0


def wait_for(event: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not event():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that has ended and is only not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def whoami(asked: Question) -> int:
    """Return the process that answers."""
    time.sleep(asked.seconds)
    return os.getpid()


def fail_at_two(asked: Question) -> int:
    if asked.number == 2:
        # what is still being answered at that moment is lost, so it comes when two answers are kept
        wait_for(lambda: len([*Path(asked.marks).with_name("cache").rglob("*.json")]) >= 2)
        raise ValueError("no answer to 2")
    return int(reply(asked).number)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_answers_come_in_the_order_of_the_questions(tmp_path: Path, workers: int) -> None:
    found = ask_all(reply, questions(tmp_path / "marks", 9), workers, "ask")
    assert [one.number for one in found] == list(range(9))


def test_no_question_no_process(tmp_path: Path) -> None:
    assert ask_all(reply, [], 2, "nothing") == []
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_found_counts_as_done(tmp_path: Path, workers: int) -> None:
    marks, cache, told = tmp_path / "marks", Cache(), []
    ask_all(reply, questions(marks, 3), 1, "before", cache=cache)
    asked = [*questions(marks, 5), questions(marks, 5)[4]]
    ask_all(reply, asked, workers, "explore", lambda *what: told.append(what), cache)
    # 0, 1 and 2 are there; 4 is asked once and answers two; which of 3 and 4 comes first is luck
    assert told[0] == ("explore", 3, 6)
    assert told[-1] == ("explore", 6, 6)
    assert [over for _, over, _ in told] in ([3, 4, 6], [3, 5, 6])


def test_processes_are_started_once_and_used_again(tmp_path: Path) -> None:
    with hired(2) as pool:
        first, again = (
            set(ask_all(whoami, [Question("", number, 0.05) for number in numbers], pool, "who"))
            for numbers in (range(8), range(8, 16))
        )
    assert first == again
    assert len(first) == 2
    assert os.getpid() not in first
    assert multiprocessing.active_children() == []


def test_one_worker_is_this_process(tmp_path: Path) -> None:
    assert ask_all(whoami, [Question("", 1)], 1, "who") == [os.getpid()]


def test_a_pool_that_was_stopped_starts_anew(tmp_path: Path) -> None:
    with hired(2) as pool:
        before = set(ask_all(whoami, [Question("", number, 0.05) for number in range(8)], pool, "who"))
        pool.stop()
        assert not any(map(is_alive, before))
        after = set(ask_all(whoami, [Question("", number, 0.05) for number in range(8)], pool, "who"))
    assert not before & after


@pytest.mark.parametrize("workers", [1, 2])
def test_a_question_without_an_answer_costs_no_other_answer(tmp_path: Path, workers: int) -> None:
    marks, cache = tmp_path / "marks", Cache(tmp_path / "cache")
    with pytest.raises(ValueError, match="no answer to 2"):
        ask_all(fail_at_two, questions(marks, 4), workers, "fail", cache=cache)
    assert multiprocessing.active_children() == []
    before = set(asked_so_far(marks))
    assert {0, 1} <= before
    with pytest.raises(ValueError, match="no answer to 2"):
        ask_all(fail_at_two, questions(marks, 3), workers, "again", cache=Cache(tmp_path / "cache"))
    assert asked_so_far(marks).count(0) == asked_so_far(marks).count(1) == 1


def test_a_killed_worker_is_told_and_costs_no_answer(tmp_path: Path) -> None:
    marks, cache = tmp_path / "marks", Cache(tmp_path / "cache")
    ask_all(reply_to_even, questions(marks, 5)[::2], 2, "even", cache=cache)
    with pytest.raises(BrokenProcessPool):
        ask_all(reply_to_even, questions(marks, 5), 2, "all", cache=cache)
    assert multiprocessing.active_children() == []
    assert len(ask_all(reply_to_even, questions(marks, 5)[::2], 2, "even", cache=Cache(tmp_path / "cache"))) == 3
    assert asked_so_far(marks) == [0, 2, 4]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interruption_keeps_what_was_answered_and_the_next_call_asks_the_rest(tmp_path: Path, workers: int) -> None:
    marks, folder = tmp_path / "marks", tmp_path / "cache"

    def interrupt(what: str, over: int, total: int) -> None:
        if over == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask_all(reply, questions(marks, 40, 0.02), workers, "ask", interrupt, Cache(folder))
    assert multiprocessing.active_children() == []
    asked = asked_so_far(marks)
    # what ran in that moment is lost, and no more
    assert 3 <= len(asked) < 12
    ask_all(reply, questions(marks, 40, 0.02), workers, "again", cache=Cache(folder))
    again = asked_so_far(marks)
    assert set(again) == set(range(40))
    assert len(again) - 40 <= workers


def test_what_was_answered_and_not_yet_fetched_is_kept_too(tmp_path: Path) -> None:
    marks, folder = tmp_path / "marks", tmp_path / "cache"

    def wait_and_interrupt(what: str, over: int, total: int) -> None:
        if over == 1:
            wait_for(lambda: len(asked_so_far(marks)) == 6)
            # the last ones come back
            time.sleep(0.2)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask_all(reply, questions(marks, 6), 2, "ask", wait_and_interrupt, Cache(folder))
    ask_all(reply, questions(marks, 6), 2, "again", cache=Cache(folder))
    assert asked_so_far(marks) == list(range(6))


PROGRAM = """
import multiprocessing, sys
sys.path.insert(0, "tests")
from pathlib import Path
from counted_questions import questions, reply
from optimize.cache import Cache
from optimize.workers import ask_all
here, seconds, workers = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[4])
    try:
        found = ask_all(reply, questions(here / "marks", 8, seconds), workers, "ask", cache=Cache(here / "cache"))
        print([one.number for one in found])
    except KeyboardInterrupt:
        print("interrupted")
"""
# fork is Linux's way to start a process up to Python 3.13, forkserver its way since, spawn that of the others
WAYS = [way for way in ("fork", "forkserver", "spawn") if way in multiprocessing.get_all_start_methods()]


def started(folder: Path, seconds: float, workers: int, way: str = WAYS[0]) -> subprocess.Popen[str]:
    """Start a program that asks; in a session of its own, as a terminal has it."""
    file = folder / "program.py"
    file.write_text(PROGRAM, encoding="utf-8")
    command = [sys.executable, str(file), str(folder), str(seconds), str(workers), way]
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    path = {**os.environ, "PYTHONPATH": str(HOME)}
    return subprocess.Popen(command, cwd=HOME, env=path, start_new_session=True, **streams)


@pytest.mark.parametrize("way", WAYS)
def test_answers_do_not_depend_on_how_processes_start(tmp_path: Path, way: str) -> None:
    said = started(tmp_path, 0.0, 2, way).communicate(timeout=PATIENCE)[0]
    assert said == f"{list(range(8))}\n"


@pytest.mark.parametrize(("workers", "way"), [(1, WAYS[0]), *((2, way) for way in WAYS)])
@pytest.mark.parametrize("whole_group", [True, False])
def test_ctrl_c_is_answered_at_once_and_quietly(tmp_path: Path, workers: int, way: str, whole_group: bool) -> None:
    # each answer would take an hour
    with started(tmp_path, 3600.0, workers, way) as program:
        try:
            wait_for(lambda: (tmp_path / "marks").exists() and len(asked_so_far(tmp_path / "marks")) == workers)
            (os.killpg if whole_group else os.kill)(program.pid, signal.SIGINT)
            said = program.communicate(timeout=PATIENCE)[0]
        finally:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
    assert said == "interrupted\n"
    assert program.returncode == 0


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
def test_workers_do_not_outlive_who_started_them(tmp_path: Path) -> None:
    with started(tmp_path, 3600.0, 2) as program:
        try:
            wait_for(lambda: (tmp_path / "marks").exists() and len(asked_so_far(tmp_path / "marks")) == 2)
            children = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text(encoding="utf-8").split()
            assert len(children) == 2
            program.kill()
            wait_for(lambda: not any(is_alive(int(pid)) for pid in children))
        finally:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="no masks of signals")
def test_workers_start_with_interrupts_kept_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    # a process that is interrupted before it has begun its work would print a traceback
    masked: list[bool] = []
    start = Pool._executor

    def watched(pool: Pool) -> Any:
        masked.append(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))
        return start(pool)

    monkeypatch.setattr(Pool, "_executor", watched)
    ask_all(whoami, [Question("", 1)], 2, "who")
    assert masked == [True]
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
