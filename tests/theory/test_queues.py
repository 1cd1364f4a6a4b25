"""Queues and blocking lines against closed forms, Markov chains and recursions.

Intervals are t-intervals of independent replications with a confidence of 99.9 %; seeds are the replication numbers.
"""

from __future__ import annotations

import numpy as np
import pytest
from generic_lines import always, exponential, interval, line_of, run_days, serial_line, throughput, timed, visits
from hypothesis import given, settings
from hypothesis import strategies as st
from theory import markov
from theory.solutions import (
    blocking_line_departures,
    erlang_c_wait,
    waits_in_one_queue,
)

from twin import Line

# short enough for thousands of lots a day
SECONDS = 20.0


def poisson_queue(servers: int, load: float) -> Line:
    """Return a Poisson stream into an endless buffer before some servers; as many lots a day for any number of them."""
    source, queue = timed(exponential(SECONDS / 2 / load)), timed(exponential(SECONDS / 2 * servers), servers)
    return line_of({"source": source, "queue": queue}, ["source > queue: endless"])


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
@pytest.mark.parametrize("servers", [1, 2, 5])
def test_the_mean_wait_of_a_poisson_stream_is_erlangs(servers: int, engine: str) -> None:
    load = 0.6
    waits = []
    for seed in range(20):
        queue = visits(run_days(poisson_queue(servers, load), days=3, warmup=1, seed=seed, engine=engine), "queue")
        counted = queue["arrive"] > 86400
        waits.append(float((queue["start"] - queue["arrive"])[counted].mean()))
    low, high = interval(waits)
    assert low < erlang_c_wait(2 * load / SECONDS, SECONDS / 2 * servers, servers) < high
    assert high - low < 0.35 * low


@pytest.mark.parametrize("servers", [1, 2, 5])
def test_each_lot_starts_when_the_first_server_is_free(servers: int) -> None:
    queue = visits(run_days(poisson_queue(servers, 0.95), days=1), "queue")
    order = np.lexsort((queue["lot"], queue["arrive"]))
    arrive, start = queue["arrive"][order], queue["start"][order]
    service = (queue["finish"] - queue["start"])[order]
    # lots are numbered as they arrive; one still being served when the run ends has no visit yet
    known = int(np.argmax(np.append(queue["lot"][order], -1) != np.arange(len(order) + 1)))
    assert known > 3000
    expected = waits_in_one_queue(arrive[:known].tolist(), service[:known].tolist(), servers)
    np.testing.assert_allclose(start[:known], expected, atol=1e-6)


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
@pytest.mark.parametrize(
    ("rates", "buffers"),
    [
        ((1, 1), (0,)),
        ((1, 1), (1,)),
        ((1, 1), (4,)),
        ((1, 1, 1), (0, 0)),
        ((1, 1.1, 1.2), (3, 2)),
        ((1, 1, 1, 1), (2, 3, 2)),
    ],
)
def test_a_blocking_line_has_the_throughput_of_its_markov_chain(
    rates: tuple[float, ...], buffers: tuple[int, ...], engine: str
) -> None:
    line = serial_line([exponential(SECONDS / rate) for rate in rates], buffers)
    found = [throughput(run_days(line, days=3, warmup=1, seed=seed, engine=engine)) * SECONDS for seed in range(6)]
    low, high = interval(found)
    assert low < markov.throughput(rates, buffers) < high
    assert high - low < 0.05


@given(
    means=st.lists(st.integers(1, 5), min_size=2, max_size=5),
    places=st.lists(st.integers(0, 4), min_size=4, max_size=4),
    seed=st.integers(0, 1000),
)
@settings(max_examples=25, deadline=None, derandomize=True)
def test_every_lot_leaves_every_station_when_the_recursion_says(means: list[int], places: list[int], seed: int) -> None:
    buffers = places[: len(means) - 1]
    line = serial_line([exponential(mean * 100.0) for mean in means], buffers)
    journal = run_days(line, days=1, seed=seed)
    found = [visits(journal, f"s{station}") for station in range(len(means))]
    # lots that have left the last station; the others may still wait to leave when the run ends
    lots = len(found[-1]["lot"])
    service = [(here["finish"] - here["start"])[:lots].tolist() for here in found]
    assert lots > 50
    expected = blocking_line_departures(service, buffers)
    for here, leave in zip(found, expected, strict=True):
        assert here["lot"][:lots].tolist() == list(range(lots))
        np.testing.assert_allclose(here["leave"][:lots], leave, atol=1e-6)


def test_two_stations_in_a_row_are_never_faster_than_with_a_larger_buffer_between_them() -> None:
    def made(capacity: int | str) -> float:
        return throughput(run_days(serial_line([exponential(30.0)] * 2, [capacity]), days=2))

    rates = [made(capacity) for capacity in (0, 1, 3, 10, "endless")]
    assert rates == sorted(rates)
    assert rates[0] < rates[-1]


def test_a_buffer_without_places_hands_over_directly() -> None:
    journal = run_days(serial_line([always(60.0), always(100.0)], [0]), days=1)
    first, second = visits(journal, "s0"), visits(journal, "s1")
    lots = len(second["lot"])
    np.testing.assert_allclose(first["leave"][1:lots], second["start"][1:])
    np.testing.assert_allclose(second["start"] - second["arrive"], 0.0)
