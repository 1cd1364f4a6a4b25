"""What makes no sense in a study of strategies, told before anything long starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from optimize.growth.site import ScaleUp
from optimize.growth.strategy import Phased, Scheduled, Strategy
from optimize.growth.verdict import MONTHS_PER_QUARTER
from optimize.money.funding import read_funding
from twin import Document, InputError, Line, Priors, Problem, find_declared, read_futures, read_priors

Fault = tuple[tuple[str | int, ...], str]

_BYTES = 8
# a number of a life is kept once as an array, and once as it came from a worker; the books have fewer
_COPIES, _MONTHLY = 5, 50


def problems_of(study: ScaleUp, line: Line, document: Document) -> list[Problem]:
    """Return everything that is wrong with a study beside its plant, each with its place."""
    found = [document.problem(path, text) for path, text in (*_faults(study), *_too_large(study, line))]
    readers: dict[str, Callable[[], object]] = {
        "futures": lambda: read_futures(study.futures),
        "priors": lambda: _check_learning(study, read_priors(find_declared("ramps", study.priors))),
        "finance": lambda: read_funding(study.finance),
    }
    for key, read in readers.items():
        try:
            read()
        except InputError as error:
            # what is wrong in the other file has its place there
            found += [one if one.file else document.problem((key,), one.text) for one in error.problems]
    return found


def _check_learning(study: ScaleUp, priors: Priors) -> None:
    """Refuse priors of which nothing can be drawn where each future is to have its own.

    Raises:
        InputError: they have no draws.
    """
    if study.learning == "drawn" and priors.draws is None:
        text = f"'{study.priors}' has no draws for 'learning: drawn'; expected priors that 'gigatwin backtest' wrote"
        raise InputError(f"{text}, such as calibrated, or 'learning: middle'")


def refuse_too_large(study: ScaleUp, line: Line) -> None:
    """Refuse a study that does not fit into memory.

    Raises:
        InputError: it does not.
    """
    for path, text in _too_large(study, line):
        raise InputError(f"{path[0]}: {text}")


def _faults(study: ScaleUp) -> Iterator[Fault]:
    """Yield what the parts of a study have against each other."""
    if "most" in study.model_fields_set and study.most < study.replications:
        yield ("most",), f"{study.most} futures at most, but 'replications' asks for {study.replications}; raise it"
    for name in ("planned", "probed"):
        if getattr(study, name) == 1:
            yield (name,), "1 future has no interval, expected 0 for none, or at least 2"
    yield from _faults_of_must_build(study)
    for name, strategy in study.strategies.items():
        for path, text in _faults_of_schedule(strategy, study):
            yield ("strategies", name, *path), text


def _faults_of_must_build(study: ScaleUp) -> Iterator[Fault]:
    """Yield what no plan can build."""
    must = study.must_build
    if must is None:
        return
    if must.lines > study.lines:
        yield ("must_build", "lines"), f"{must.lines} lines must be built of {study.lines}; expected no more than these"
    elif (needed := (must.lines - 1) * MONTHS_PER_QUARTER) > must.within:
        text = f"{must.lines} lines a quarter apart take {needed} months, more than {must.within}; raise it, or ask for"
        yield ("must_build", "within"), f"{text} {1 + must.within // MONTHS_PER_QUARTER} at most"


def _faults_of_schedule(strategy: Strategy, study: ScaleUp) -> Iterator[Fault]:
    """Yield what is wrong with the order in which a strategy builds."""
    build = strategy.build
    orders: tuple[int, ...] = (0,)
    if isinstance(build, Phased):
        orders = tuple(number * build.gap for number in range(study.lines))
    elif isinstance(build, Scheduled):
        orders = build.orders
        if len(orders) > study.lines:
            text = f"{len(orders)} orders for {study.lines} lines; take {len(orders) - study.lines} out"
            yield ("build", "orders"), f"{text}, or raise 'lines' of the study"
        if list(orders) != sorted(orders):
            late = next(place for place in range(1, len(orders)) if orders[place] < orders[place - 1])
            text = f"line {late + 1} is ordered in month {orders[late]}, before line {late} in month {orders[late - 1]}"
            yield ("build", "orders"), f"{text}; sort them"
    starts = [order + strategy.first_order + study.lead for order in orders]
    if min(starts) >= study.months:
        text = f"its first line starts in month {min(starts)}, after the horizon of {study.months}; it never builds"
        yield (), f"{text}: order earlier, or look further with 'months'"
    elif max(starts) >= study.months:
        late = sum(start >= study.months for start in starts)
        text = f"{late} of {len(starts)} lines start after the horizon of {study.months} months, the last in month"
        yield ("build",), f"{text} {max(starts)}; order them sooner, or look further with 'months'"


def _too_large(study: ScaleUp, line: Line) -> Iterator[Fault]:
    """Yield when a study takes more memory than there is."""
    futures = max(study.replications, study.planned * len(study.engineers))
    columns = 4 * len(line.stations) + 2 * len(line.flaws) + 2 * study.lines
    needed = futures * len(study.strategies) * study.months * _BYTES * (_COPIES * columns + _MONTHLY)
    there = memory()
    if there is not None and needed > there:
        each = needed / futures
        text = f"{futures} futures of {study.months} months take about {_gigabytes(needed)}, this machine has"
        yield ("replications",), f"{text} {_gigabytes(there)}; expected at most {int(there / each):,}"


def memory() -> int | None:
    """Return the memory of this machine, None where the system does not say [B]."""
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return None
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:,.1f} GB"
