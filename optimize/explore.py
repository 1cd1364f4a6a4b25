"""What the twin answers at each setting that is tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from optimize.cache import Cache
from optimize.figures import Interval, headline, interval
from optimize.plan_data import PER_CELL
from optimize.question import JOULES_PER_GWH, Question
from optimize.server_time import busy_share
from optimize.workers import Pool, Tell, ask_all
from twin import Deadlock, Journal, Line, Run, kpis, simulate, turn, unit_costs

SECONDS_PER_YEAR = 365 * 86400.0
DAY = 86400.0
HOURS_PER_YEAR = 8760.0
JOULES_PER_KWH = 3.6e6
# a station that nothing visits takes no time; logarithms want a little
_NO_TIME = 1e-15


@dataclass(frozen=True)
class Asked:
    """One run that is asked of the twin.

    Attributes:
        line: the plant as declared.
        settings: knobs to turn.
        days: measured time [d].
        warmup: time before it [d].
        seed: key of all luck.
        evaluate: which lots physics works out: "all", or a share of the batches such as "sample:10%".
    """

    line: Line
    settings: Mapping[str, Any]
    days: int
    warmup: int
    seed: int
    evaluate: str = "all"


@dataclass(frozen=True)
class Answer:
    """What one run says about the plant.

    Attributes:
        output: good cells, or finished lots of a line without a product [1/yr].
        kept: share of what a station works on that is not lost there; web that a stacker cuts out is lost [-].
        use: time that a cell takes of a station's servers, neither starved nor blocked; a year counts the hours in
            which a server is there [yr/cell].
        reach: output over what the slowest station could make, were it never starved or blocked [-].
        per_cell: what a good cell takes and brings, by the names of ``plan_data.PER_CELL``.
        figures: headline figures by name.
        fault: why there are no good cells, "" when there are; then everything else is empty.
    """

    output: float = 0.0
    kept: Mapping[str, float] = field(default_factory=dict)
    use: Mapping[str, float] = field(default_factory=dict)
    reach: float = 0.0
    per_cell: Mapping[str, float] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True)
class Response:
    """The twin's answers at one setting, one for each replication.

    Attributes:
        settings: the knobs that were turned.
        answers: with the seeds counted on from the study's.
    """

    settings: Mapping[str, Any]
    answers: Sequence[Answer]

    @property
    def fault(self) -> str:
        """Why the plant makes nothing in one of the runs, "" when it makes something in all."""
        return next((answer.fault for answer in self.answers if answer.fault), "")

    def spread(self, figure: str) -> Interval:
        """Return a headline figure with its 95 % interval."""
        return interval([answer.figures[figure] for answer in self.answers])


def simulated(asked: Asked) -> Journal:
    """Return the journal of one run."""
    line = turn(asked.line, asked.settings)
    return simulate(Run(line, asked.days, asked.warmup, asked.seed, cells="none", evaluate=asked.evaluate))


def ask(asked: Asked) -> Answer:
    """Simulate one run and read from its journal what the planning model needs; a plant that locks up makes nothing."""
    try:
        journal = simulated(asked)
    except Deadlock as error:
        told = f"locks up on day {error.time / DAY:.0f}: {', '.join(error.stations)} wait for each other"
        return Answer(fault=told)
    return answered(journal)


def answered(journal: Journal) -> Answer:
    """Read from a journal what the planning model needs."""
    kpi = kpis(journal)
    good = kpi["good_cells"] if journal.line.cell is not None else kpi["finished_lots"]
    if good <= 0:
        days, warmup = (round(end / DAY) for end in (journal.end - journal.warmup, journal.warmup))
        return Answer(fault=f"makes nothing good in {days} days after {warmup} of warm-up")
    years = (journal.end - journal.warmup) / SECONDS_PER_YEAR
    names, line, flow = journal.stations, journal.line, kpi["flow"]
    kept = {name: _kept(flow[name]) for name in names}
    share = dict(zip(names, busy_share(journal).tolist(), strict=True))
    use = {
        name: max(_NO_TIME, share[name] * line.stations[name].servers * years / _entering(line, flow, name))
        for name in names
    }
    loads = _loads(line, kept)
    most = min(line.stations[name].servers / (use[name] * loads[name]) for name in names)
    return Answer(
        output=good / years,
        kept=kept,
        use=use,
        reach=good / years / most,
        per_cell=_per_cell(line, kpi, good, years),
        figures=headline(kpi),
    )


def _entering(line: Line, flow: Mapping[str, Mapping[str, float]], station: str) -> float:
    """Return the cells that a station was given to work on; goods-in has what the station it serves is given."""
    while flow[station]["cells_in"] <= 0 and station in (after := route(line)):
        station = after[station]
    return max(flow[station]["cells_in"], 1.0)


def _kept(flow: Mapping[str, float]) -> float:
    # goods-in has nothing to follow: its material is counted where cells are started
    return 1 - flow["lost"] / flow["in"] if flow["in"] > 0 else 1.0


def _loads(line: Line, kept: Mapping[str, float]) -> dict[str, float]:
    """Return the cells that enter each station for one good cell at the end [-]."""
    after = route(line)
    found: dict[str, float] = {}

    def load(name: str) -> float:
        if name not in found:
            found[name] = (load(after[name]) if name in after else 1.0) / kept[name]
        return found[name]

    return {name: load(name) for name in line.stations}


def route(line: Line) -> dict[str, str]:
    """Return the station that each station hands over to; the one that is missing ends the route."""
    return {buffer.source: buffer.to for buffer in line.buffers.values() if not buffer.rework}


def _per_cell(line: Line, kpi: Mapping[str, Any], good: float, years: float) -> dict[str, float]:
    """Return what a good cell takes and brings, by the names of ``PER_CELL``."""
    found = dict.fromkeys(PER_CELL, 0.0) | {"first_pass": kpi["first_pass_yield"] or 0.0}
    if line.cell is None or line.prices is None:
        return found
    money, costs, kwh = kpi["money_usd"], unit_costs(line), kpi["good_gwh"] * JOULES_PER_GWH / JOULES_PER_KWH
    drawn = kpi["energy_kwh_per_kwh"]["total"] * kwh * JOULES_PER_KWH - costs.standing_energy * years
    return found | {
        "material": (money["material_bought"] - money["material_to_stock"] - money["recovery"]) / good,
        "energy": (money["all_energy"] - costs.standing_energy_cost * years) / good,
        "drawn": drawn / good,
        "revenue": money["revenue"] / good,
        "returns": (kpi["returns_usd_per_kwh"] or 0.0) * kwh / good,
        "escapes": (kpi["escapes_ppm"] or 0.0) / 1e6,
    }


def asked(question: Question, settings: Mapping[str, Any], runs: int, first: int = 0) -> list[Asked]:
    """Return the runs that a setting is tried with, one for each replication; every setting meets the same luck.

    Args:
        question: the study and its plant.
        settings: knobs to turn.
        runs: how many.
        first: the number of the first replication.
    """
    study = question.study
    seeds = range(study.seed + first, study.seed + first + runs)
    return [Asked(question.line, settings, study.days, study.warmup, seed, study.evaluate) for seed in seeds]


@dataclass(frozen=True)
class Explored:
    """What the twin says at the settings around one point.

    Attributes:
        base: the point.
        options: one option of one group chosen instead, by group and option.
        faults: why the twin makes nothing under an option, by group and option; such an option is not in ``options``.
    """

    base: Response
    options: Mapping[str, Mapping[str, Response]]
    faults: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def runs(self) -> int:
        """How many runs that took."""
        return len(self.base.answers) + sum(len(r.answers) for tried in self.options.values() for r in tried.values())


def explore(
    question: Question, workers: int | Pool = 1, tell: Tell | None = None, cache: Cache | None = None
) -> Explored:
    """Ask the twin about the plant as declared, and about every option that is simulated, one group at a time.

    Raises:
        InputError: the plant as declared makes nothing good.
    """
    servers = {name: station.servers for name, station in question.line.stations.items()}
    others = {name: [o for o in group.simulated if o != group.base] for name, group in question.groups.items()}
    found = around(question, question.base, servers, others, "explore", workers, tell, cache)
    if found.base.fault:
        cure = "give the plant other machines or settings, or the run more days"
        raise question.problem(f"{question.line.name} {found.base.fault}, so nothing can be planned; {cure}", "line")
    return found


def around(
    question: Question,
    choice: Mapping[str, str],
    servers: Mapping[str, int],
    others: Mapping[str, Sequence[str]],
    what: str,
    workers: int | Pool,
    tell: Tell | None,
    cache: Cache | None,
) -> Explored:
    """Ask the twin about a plan, and about other options one at a time.

    Args:
        question: the study and its plant.
        choice: the chosen option of each group.
        servers: machines by station.
        others: options to try instead, by group.
        what: what is being done, for ``tell``.
        workers: processes.
        tell: called with what is being done, how many runs are over and how many there are.
        cache: what was answered before.
    """
    study = question.study
    wanted = [(study.replications, question.settings(choice, servers))]
    for group, options in others.items():
        wanted += [(study.explore, question.settings({**choice, group: option}, servers)) for option in options]
    runs = [run for count, settings in wanted for run in asked(question, settings, count)]
    answers = iter(ask_all(ask, runs, workers, what, tell, cache))
    found = [Response(settings, [next(answers) for _ in range(count)]) for count, settings in wanted]
    rest = iter(found[1:])
    tried = {group: {option: next(rest) for option in options} for group, options in others.items()}
    return Explored(
        found[0],
        {group: {option: one for option, one in by.items() if not one.fault} for group, by in tried.items()},
        {group: {option: one.fault for option, one in by.items() if one.fault} for group, by in tried.items()},
    )
