"""Questions to the twin, asked on many machines: the only file that knows Ray."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from twin.folder import versions
from twin.problems import InputError
from twin.workers.pool import Answered, Asked, Pool

# a question whose machine is lost is asked again, so often
_AGAIN = 5
# how often the user sees what has been answered meanwhile [s]
_LOOK = 0.25
_PATIENCE = 5.0


class Cluster(Pool):
    """Workers on the machines of a Ray cluster; one for each processor that the cluster offers.

    Args:
        address: "local" for a cluster of this machine alone that ends with the work, or where one is, such as
            "10.0.0.1:6379", "auto", "ray://10.0.0.1:10001".

    Raises:
        InputError: Ray is not installed, or there is no cluster.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._ray: Any = None
        super().__init__(workers=int(self._connected().cluster_resources().get("CPU", 1)))

    def ask(
        self,
        ask: Callable[[Asked], Answered],
        questions: Mapping[str, Asked],
        keep: Callable[[str, Answered], None],
    ) -> None:
        """Ask some questions and hand over each answer with its name as it comes.

        Whatever ends it early ends the work on all machines at once; what they have answered is handed over before.

        Raises:
            ConnectionError: a question was lost too often, or the cluster was.
        """
        ray = self._connected()
        asked = ray.remote(num_cpus=1, max_retries=_AGAIN)(_answer)
        tasks = {asked.remote(ask, question, versions()): name for name, question in questions.items()}
        try:
            while tasks:
                for task in self._done(tasks, _LOOK):
                    keep(tasks[task], self._got(task))
                    del tasks[task]
        except BaseException:
            # those that have not begun first, else they would take the place of those that have
            for task in reversed(list(tasks)):
                ray.cancel(task, force=True)
            for task in self._done(tasks, 0):
                with suppress(Exception):
                    keep(tasks[task], self._got(task))
            self.stop()
            raise

    def _done(self, tasks: Mapping[Any, str], seconds: float) -> list[Any]:
        """Return the tasks that are over, after some time or when all are."""
        done: list[Any] = self._ray.wait(list(tasks), num_returns=len(tasks), timeout=seconds)[0]
        return done

    def _got(self, task: Any) -> Any:
        """Return an answer, or raise what was raised where it was asked."""
        told = self._ray.exceptions
        try:
            return self._ray.get(task)
        except told.RayTaskError as error:
            # the cause of the cause is what was on the stack there
            raise error.cause from error
        except (told.WorkerCrashedError, told.NodeDiedError, told.ObjectLostError, told.OutOfMemoryError) as error:
            first = str(error).strip().splitlines()[0]
            raise ConnectionError(
                f"the cluster has lost a run {_AGAIN + 1} times, often for lack of memory: {first}"
            ) from None

    def _connected(self) -> Any:
        """Return Ray, connected to the cluster."""
        if self._ray is None:
            # nothing is told to anybody
            os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
            try:
                import ray
            except ImportError:
                raise InputError("--cluster needs Ray: pip install 'gigatwin[cluster]'") from None
            _connect(ray, self._address)
            self._ray = ray
        return self._ray

    def stop(self) -> None:
        """Leave the cluster at once; what was asked of it is given up there, and a local one ends."""
        if self._ray is not None:
            self._ray.shutdown()
            self._ray = None

    close = stop


def _connect(ray: Any, address: str) -> None:
    """Connect to a cluster, or start one.

    Raises:
        InputError: there is none.
    """
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    if address == "local":
        # of this machine alone: nobody else can reach it
        ray.init(address="local", include_dashboard=False, _node_ip_address="127.0.0.1", **quiet)
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        if address != "auto":
            socket.create_connection((host, int(port)), _PATIENCE).close()
        ray.init(address=address, **quiet)
    except (OSError, ValueError, RuntimeError) as error:
        first = str(error).strip().splitlines()[0]
        raise InputError(
            f"no Ray cluster at '{address}' ({first}); start one by 'ray start --head' and give its address, such as "
            "10.0.0.1:6379, or say --cluster local"
        ) from None


def _answer(ask: Callable[[Asked], Answered], question: Asked, same: Mapping[str, str]) -> Answered:
    """Answer on some machine of the cluster.

    Raises:
        InputError: that machine would answer with other versions of what decides the answer.
    """
    here = versions()
    apart = [
        f"{name} {here.get(name)} instead of {version}" for name, version in same.items() if here.get(name) != version
    ]
    if apart:
        raise InputError(f"{socket.gethostname()} of the cluster has {', '.join(apart)}; install the same everywhere")
    return ask(question)
