"""How much of the time in which they are there the servers of a station would be at work with full loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin import Journal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# time that goes by whether a server has work or not
_AWAY = ("off_shift", "maintenance", "engineering")
_IDLE = ("starved", "blocked")


def busy_share(journal: Journal) -> Floats:
    """Return the share of its servers' time, in which they are there, that a station is at work. Shape (stations,)."""
    busy, away, total = _server_seconds(journal, _filled(journal))
    share: Floats = busy / (total - away)
    return share


def _server_seconds(journal: Journal, filled: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the seconds of each station's servers in the measured time: at work, away, and all. Shape (stations,).

    Time at work is what full loads would have taken: half a load is half starved.
    """
    import numpy as np

    states = journal.columns("states")
    measured = states["day"] >= round(journal.warmup / 86400.0)
    station, size = states["station"][measured], len(journal.stations)
    spent = {
        name: np.bincount(station, seconds[measured], size)
        for name, seconds in states.items()
        if name not in ("day", "station")
    }
    total = np.sum(list(spent.values()), axis=0)
    away = np.sum([spent[name] for name in _AWAY], axis=0)
    idle = np.sum([spent[name] for name in _IDLE], axis=0)
    return total - away - idle - (1 - filled) * spent["productive"], away, total


def _filled(journal: Journal) -> Floats:
    """Return how many of the whole lots that fit are in a load; 1 where there are no batches. Shape (stations,)."""
    import numpy as np

    visits = journal.columns("visits")
    filled = np.ones(len(journal.stations))
    for place, name in enumerate(journal.stations):
        batch = journal.line.stations[name].batch
        here = (visits["station"] == place) & (visits["finish"] > journal.warmup)
        if batch is None or not here.any():
            continue
        turns = np.unique(np.stack((visits["server"][here], visits["start"][here])), axis=1).shape[1]
        fit = batch.lots or max(1.0, batch.units // visits["entered"][here].mean())
        filled[place] = min(1.0, here.sum() / turns / fit)
    return filled
