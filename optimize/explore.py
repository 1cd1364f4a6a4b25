"""What the twin answers at each setting that is tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimize.cache import Cache
from optimize.figures import Interval, headline, interval
from optimize.study import Question
from optimize.workers import Pool, Tell, ask_all
from twin import InputError, Journal, Line, Run, kpis, simulate, turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HOURS_PER_YEAR = 8760.0
# time that goes by whether a server has work or not
_AWAY = ("off_shift", "maintenance", "engineering")
_IDLE = ("starved", "blocked")


@dataclass(frozen=True)
class Asked:
    """One run that is asked of the twin.

    Attributes:
        line: the plant as declared.
        settings: knobs to turn.
        days: measured time [d].
        warmup: time before it [d].
        seed: key of all luck.
    """

    line: Line
    settings: Mapping[str, Any]
    days: int
    warmup: int
    seed: int


@dataclass(frozen=True)
class Answer:
    """What one run says about the plant.

    Attributes:
        output: good cells [cell/yr].
        hours_per_cell: hours of a station's servers, neither starved nor blocked, for one good cell [h/cell].
        kept: share of what a station works on that is not lost there; the worth in cells counts, so web that a
            stacker cuts out is lost [-].
        hours: time that one server is staffed and not in planned maintenance [h/yr].
        figures: headline figures by name.
    """

    output: float
    hours_per_cell: Mapping[str, float]
    kept: Mapping[str, float]
    hours: Mapping[str, float]
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Response:
    """The twin's answers at one setting, one for each replication.

    Attributes:
        settings: the knobs that were turned.
        answers: with the seeds counted on from the study's.
    """

    settings: Mapping[str, Any]
    answers: Sequence[Answer]

    def mean(self, part: str, station: str) -> float:
        """Return the mean over the replications of what the answers say about a station."""
        return float(sum(getattr(answer, part)[station] for answer in self.answers) / len(self.answers))

    def spread(self, figure: str) -> Interval:
        """Return a headline figure with its 95 % interval."""
        return interval([answer.figures[figure] for answer in self.answers])


def simulated(asked: Asked) -> Journal:
    """Return the journal of one run."""
    return simulate(Run(turn(asked.line, asked.settings), asked.days, asked.warmup, asked.seed, cells="none"))


def ask(asked: Asked) -> Answer:
    """Simulate one run and read from its journal what the planning model needs.

    Raises:
        InputError: the plant makes no good cell in the time.
    """
    journal = simulated(asked)
    kpi = kpis(journal)
    good = kpi["good_cells"]
    if good <= 0:
        days = f"{asked.days} days after {asked.warmup} of warm-up"
        raise InputError(f"{asked.line.name} makes no good cell in {days}; give it more of both")
    busy, away, total = _server_seconds(journal, _filled(journal))
    years = (journal.end - journal.warmup) / 3600.0 / HOURS_PER_YEAR
    names = journal.stations
    return Answer(
        output=good / years,
        hours_per_cell={name: busy[place] / 3600.0 / good for place, name in enumerate(names)},
        kept={name: _kept(kpi["flow"][name]) for name in names},
        hours={name: HOURS_PER_YEAR * (1 - away[place] / total[place]) for place, name in enumerate(names)},
        figures=headline(kpi),
    )


def _kept(flow: Mapping[str, float]) -> float:
    # goods-in has nothing to follow: its material is counted where cells are started
    return 1 - flow["lost"] / flow["in"] if flow["in"] > 0 else 1.0


def asked(question: Question, settings: Mapping[str, Any]) -> list[Asked]:
    """Return the runs that a setting is tried with, one for each replication; every setting meets the same luck."""
    study = question.study
    seeds = range(study.seed, study.seed + study.replications)
    return [Asked(question.line, settings, study.days, study.warmup, seed) for seed in seeds]


def explore(
    question: Question, workers: int | Pool = 1, tell: Tell | None = None, cache: Cache | None = None
) -> dict[str, Response]:
    """Ask the twin about every recipe, with the machines that the line declares.

    Returns:
        The answers by recipe.
    """
    runs = [run for settings in question.recipes.values() for run in asked(question, settings)]
    answers = ask_all(ask, runs, workers, "explore", tell, cache)
    each = question.study.replications
    return {
        name: Response(settings, answers[place * each :][:each])
        for place, (name, settings) in enumerate(question.recipes.items())
    }


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
