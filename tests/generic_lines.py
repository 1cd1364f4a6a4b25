"""Lines of timed stations, written as text, for tests whose answer is known without the twin."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from twin import Journal, Line, Run, read_line, simulate

DAY = 86400.0


def exponential(mean: float) -> str:
    """Return an exponential time of some mean [s]."""
    return f"{{distribution: exponential, mean: {mean!r} s}}"


def always(seconds: float) -> str:
    """Return a time that is always the same [s]."""
    return f"{{distribution: deterministic, mean: {seconds!r} s}}"


def timed(time: str, servers: int = 1, scrap: float = 0.0, split: int = 1, more: str = "") -> str:
    """Return a station of the generic kind."""
    step = f"{{kind: timed, time: {time}, scrap: {scrap!r}, split: {split}}}"
    return f"{{step: {step}, servers: {servers}{', ' + more if more else ''}}}"


def line_of(stations: Mapping[str, str], buffers: Sequence[str], more: str = "") -> Line:
    """Read a line from stations as text and buffers such as "a > b: 3", "a > b: endless, shelf_life: 1 h"."""
    text = ["gigatwin: 1", "name: test_line", "stations:", *(f"  {name}: {body}" for name, body in stations.items())]
    text.append("buffers:" if buffers else "buffers: {}")
    for buffer in buffers:
        way, _, holds = buffer.partition(":")
        source, to = (end.strip() for end in way.split(">"))
        capacity, _, rest = holds.strip().partition(",")
        capacity = "null" if capacity == "endless" else capacity
        text.append(f"  {source}_{to}: {{from: {source}, to: {to}, capacity: {capacity}{',' + rest if rest else ''}}}")
    return read_text("\n".join([*text, more]))


def read_text(text: str) -> Line:
    """Read a line from the text of a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "line.yaml"
        path.write_text(text + "\n", encoding="utf-8")
        return read_line(path)


def serial_line(times: Sequence[str], buffers: Sequence[int | str]) -> Line:
    """Return stations s0, s1 ... in a row with the buffers between them."""
    stations = {f"s{place}": timed(time) for place, time in enumerate(times)}
    return line_of(stations, [f"s{place} > s{place + 1}: {holds}" for place, holds in enumerate(buffers)])


def run_days(line: Line, days: int, warmup: int = 0, seed: int = 1, engine: str = "auto") -> Journal:
    """Simulate some days."""
    return simulate(Run(line, days=days, warmup=warmup, seed=seed, cells="all", engine=engine))


def finished(journal: Journal) -> float:
    """Return the lots that were finished in the measured time."""
    times = journal.columns("finished")["time"]
    return float(np.count_nonzero(times > journal.warmup))


def throughput(journal: Journal) -> float:
    """Return the lots finished per second of the measured time [1/s]."""
    return finished(journal) / (journal.end - journal.warmup)


def visits(journal: Journal, station: str) -> dict[str, NDArray[np.float64]]:
    """Return the columns of the visits to one station."""
    columns = journal.columns("visits")
    here = columns["station"] == journal.stations.index(station)
    return {name: values[here] for name, values in columns.items()}


def state_shares(journal: Journal, station: str) -> dict[str, float]:
    """Return the share of its servers' time that a station spent in each state."""
    columns = journal.columns("states")
    here = (columns["station"] == journal.stations.index(station)) & (columns["day"] * DAY >= journal.warmup)
    seconds = {name: float(v[here].sum()) for name, v in columns.items() if name not in ("day", "station")}
    return {name: value / sum(seconds.values()) for name, value in seconds.items()}


def interval(samples: Sequence[float], confidence: float = 0.999) -> tuple[float, float]:
    """Return the t-interval of the mean of independent replications."""
    half = stats.t.ppf(0.5 + confidence / 2, len(samples) - 1) * stats.sem(samples)
    return float(np.mean(samples)) - half, float(np.mean(samples)) + half


def binomial_band(count: int, chance: float, confidence: float = 0.999) -> tuple[float, float]:
    """Return between which numbers of hits a binomial count lies with some confidence."""
    low, high = stats.binom.interval(confidence, count, chance)
    return float(low), float(high)
