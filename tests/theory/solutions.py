"""Answers known without simulation: closed forms, Markov chains and recursions."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve


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


def blocking_line_throughput(rates: Sequence[float], buffers: Sequence[int]) -> float:
    """Return the throughput of a saturated line of exponential stations that block after service.

    Solves the balance equations of its Markov chain. The state counts, for each station but the first, the lots
    that its predecessor has finished and it has not: those in its buffer, the one it works on, and the
    one that waits on the machine before it.

    Args:
        rates: service rate of each station [1/s].
        buffers: places between neighbours, without those on the machines.

    Source: Hillier and Boling, Finite queues in series with exponential or Erlang service times, Operations
        Research 15 (1967) 286.
    """
    start = (0,) * len(buffers)
    numbers, rows, columns, flows = {start: 0}, [], [], []
    queue, leaving = [start], []
    while queue:
        state = queue.pop()
        for station in _working(state, buffers):
            following = list(state)
            if station > 0:
                following[station - 1] -= 1
            if station < len(buffers):
                following[station] += 1
            reached = tuple(following)
            if reached not in numbers:
                numbers[reached] = len(numbers)
                queue.append(reached)
            rows += [numbers[reached], numbers[state]]
            columns += [numbers[state]] * 2
            flows += [rates[station], -rates[station]]
            if station == len(buffers):
                leaving.append(numbers[state])
    balance = coo_array((flows, (rows, columns)), shape=(len(numbers), len(numbers))).tolil()
    balance[0, :] = 1.0
    right = np.zeros(len(numbers))
    right[0] = 1.0
    chances = spsolve(balance.tocsc(), right)
    return float(rates[-1] * chances[leaving].sum())


def _working(state: Sequence[int], buffers: Sequence[int]) -> list[int]:
    """Return the stations that work in a state, from the last to the first."""
    working, blocked = [], False
    for station in range(len(buffers), -1, -1):
        if station < len(buffers):
            room = buffers[station] + (0 if blocked else 1)
            blocked = state[station] > room
        if not blocked and (station == 0 or state[station - 1] > 0):
            working.append(station)
    return working


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
