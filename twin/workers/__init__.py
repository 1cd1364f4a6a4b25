"""Workers that answer questions: processes of this machine, or those of a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from twin.workers.pool import Pool

__all__ = ["Pool", "crew", "hired"]


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
        from twin.workers.cluster import Cluster

        pool = Cluster(cluster)
    try:
        yield pool
    finally:
        pool.close()
