"""Answers known without simulation: closed forms and recursions."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence

import numpy as np


def erlang_c_wait(arrivals: float, service: float, servers: int) -> float:
    """Return the mean wait in the queue of M/M/c.

    Args:
        arrivals: rate of the Poisson stream [1/s].
        service: mean service time [s].
        servers: how many.

    Source: Erlang C, for instance Gross and Harris, Fundamentals of Queueing Theory, section 2.3.
    """
    load = arrivals * service
    terms = [load**k / math.factorial(k) for k in range(servers)]
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(terms) + last) * service / (servers - load)


def waits_in_one_queue(arrive: Sequence[float], service: Sequence[float], servers: int) -> list[float]:
    """Return when each customer's service starts, first come first served [s].

    Source: Kiefer and Wolfowitz, On the theory of queues with many servers (1955).
    """
    free = [0.0] * servers
    starts = []
    for came, takes in zip(arrive, service, strict=True):
        start = max(came, heapq.heappop(free))
        starts.append(start)
        heapq.heappush(free, start + takes)
    return starts


def blocking_line_departures(service: Sequence[Sequence[float]], buffers: Sequence[int]) -> np.ndarray:
    """Return when each lot leaves each single-server station of a saturated line that blocks after service.

    A lot leaves once it is finished and the lot that is one buffer and one machine ahead has left the next station.

    Args:
        service: service times by station and lot [s].
        buffers: places between neighbours, without those on the machines.

    Source: Buzacott and Shanthikumar, Stochastic Models of Manufacturing Systems (1993), section 5.2.
    """
    stations, lots = len(service), len(service[0])
    leave = np.zeros((stations, lots))
    for lot in range(lots):
        for station in range(stations):
            came = leave[station - 1, lot] if station else 0.0
            free = leave[station, lot - 1] if lot else 0.0
            finish = max(came, free) + service[station][lot]
            if station + 1 < stations and lot > buffers[station]:
                finish = max(finish, leave[station + 1, lot - buffers[station] - 1])
            leave[station, lot] = finish
    return leave


def shared_repair_availability(machines: int, life: float, repair: float) -> float:
    """Return the share of time that machines work whose failures one repairer mends.

    Args:
        machines: how many.
        life: mean working time to failure [s].
        repair: mean time to repair [s].

    Source: the machine-repair model, for instance Gross and Harris, section 2.7.
    """
    weights = [math.perm(machines, down) * (repair / life) ** down for down in range(machines + 1)]
    working = sum(weight * (machines - down) for down, weight in enumerate(weights))
    return working / sum(weights) / machines
