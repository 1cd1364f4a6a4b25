"""One day of a young plant in machine code: what hidden causes take, what lines make, what gauges and charts see.

Only causes that act, or of which something is still on its way to a gauge, are looked at.
"""

from __future__ import annotations

from math import exp, expm1, floor, inf, log1p, sqrt

from twin.compiled.machine_code import part
from twin.machine_code import entry
from twin.ramp.causes import STOPS
from twin.ramp.tables import Floats, Hidden, Plant, Route, Rules, State

# equal steps of the golden ratio spread the days on which something acts evenly
_GOLDEN = 0.6180339887498949
# of a flaw, what no gauge finds
_MOST_SEEN = 0.999


@entry
def work_a_day(plant: Plant, day: int, month: int) -> int:
    """Let the lines work for a day, add it to its month, and return how many charts alarm.

    Args:
        plant: everything.
        day: its number.
        month: to which it belongs.
    """
    active = _act(plant, day, month)
    for line in range(len(plant.lines.size)):
        _make(plant, line, day, month)
    _see(plant, active, month)
    return _look(plant, day)


@part
def _strength(hidden: Hidden, rules: Rules, cause: int, day: int) -> float:
    """Return what share a cause takes on a day [-]."""
    if day >= hidden.gone[cause]:
        return 0.0
    share = float(hidden.size[cause])
    if hidden.drifts[cause]:
        # twice the mean at the end of a drift, nothing after the reset
        course = (day - hidden.born[cause]) / rules.drift_time + hidden.phase[cause]
        share = share * 2 * (course - floor(course))
    if hidden.comes[cause]:
        turn = hidden.phase[cause] + day * _GOLDEN
        if turn - floor(turn) >= rules.duty:
            share = 0.0
    return min(share, rules.largest)


@part
def _act(plant: Plant, day: int, month: int) -> int:
    """Let causes act, sum up what they take by line and station, and return how many must be looked at."""
    hidden, gauges, state = plant.hidden, plant.gauges, plant.state
    state.up[:] = 1.0
    state.rated[:] = 1.0
    state.lost[:] = 0.0
    width, active = state.share.shape[1], 0
    for cause in range(len(hidden.born)):
        if day < hidden.born[cause] or day >= hidden.gone[cause] + width:
            continue
        state.active[active] = cause
        active += 1
        share = _strength(hidden, plant.rules, cause, day)
        state.share[cause, day % width] = share
        plant.months.acting[month] += share != 0.0
        line = hidden.module[cause]
        if hidden.flaw[cause] < 0:
            kept = state.up if hidden.flaw[cause] == STOPS else state.rated
            kept[line, hidden.station[cause]] *= 1 - share
            state.by_cause[cause, 0] = share
            continue
        for place in range(gauges.places[cause]):
            # made then, seen now
            then = (day - gauges.birth_lag[cause, place]) % width
            seen = state.share[cause, then] * gauges.chance[cause, place]
            # as a sum of logarithms, shares of many causes multiply
            each = -log1p(-min(seen, _MOST_SEEN)) if seen > 0 else 0.0
            state.by_cause[cause, place] = each
            state.lost[line, gauges.station[cause, place]] += each
    return active


@part
def line_speed(slack: Floats, work: Floats, up: Floats, rated: Floats, passing: float) -> tuple[float, int]:
    """Return the share of its mature speed that a line runs at [-], and its narrowest station.

    Without buffers a line of machines that stop by themselves runs 1 / (1 + sum of down over up) of the time (Buzacott
    1967); with endless ones its worst station decides. In between a declared share of the other stations' stops passes.

    Args:
        slack: capacity of each station over what it works on in the mature line [-]. Arrays are of shape (stations,).
        work: what one mature cell asks of each station, relative to the mature line, upside down [-].
        up: share of the time that no hidden cause stops its machines [-].
        rated: share of their rated speed that no hidden cause takes [-].
        passing: share of a stop that reaches the rest of the line [-].
    """
    least, narrow, lowest, narrowest, stops = 2.0, 0, inf, 0, 0.0
    for station in range(len(slack)):
        able = slack[station] * up[station] * rated[station] * work[station]
        if able < lowest:
            lowest, narrowest = able, station
        # none is asked for more than the mature line makes
        if min(able, 1.0) < least:
            least, narrow = min(able, 1.0), station
        stops += 1 / max(up[station], 1e-9) - 1
    others = stops - (1 / max(up[narrow], 1e-9) - 1)
    return 1 / (1 / max(least, 1e-9) + passing * others), narrowest


@part
def _lost_on_the_way(route: Route, lost: Floats, station: int) -> float:
    """Return the logarithm of what is lost before cells come to a station, or between web and cells [-]."""
    total = 0.0
    for other in range(len(lost)):
        total += lost[other] * route.on_the_way[other, station]
    return total


@part
def _make(plant: Plant, line: int, day: int, month: int) -> None:
    """Let a line start and finish cells, and lose what its gauges find."""
    route, lines, state, months = plant.route, plant.lines, plant.state, plant.months
    lost, up, rated = state.lost[line], state.up[line], state.rated[line]
    for station in range(len(lost)):
        # a station before the start of cells makes more where webs are cut out behind it; one after it has less to do
        left = exp(-_lost_on_the_way(route, lost, station))
        state.work[station] = 1 / max(left, 1e-9) if route.cells[station] else left
    speed, narrowest = line_speed(route.slack, state.work, up, rated, plant.rules.passing)
    trials = min(state.busy[line] * plant.rules.trials, plant.rules.most_trials)
    pace = min(speed * lines.there[line, day] * max(1 - trials, 0.0), lines.most[line, day])
    started = lines.size[line] * route.started * pace
    state.started[line] = state.cells[line, day] = started
    _find(plant, line, day)
    out = day - route.cohort[route.end]
    finished = state.cells[line, out] * state.alive[line, out] * route.good if out >= 0 else 0.0
    state.finished[line] = finished
    months.started[month, line] += started
    months.finished[month, line] += finished
    if day >= lines.released[line]:
        months.shipped[month, line] += finished
    if started > 0:
        months.narrowest[month, narrowest] += 1
    decided, down = finished / route.good, 0.0
    for station in range(len(lost)):
        if route.cells[station]:
            decided += state.scrap[line, station]
        months.scrap[month, station] += state.scrap[line, station] + route.scrap[station] * started
        down = max(down, 1 - up[station] * rated[station])
    for source in range(len(route.scrap_by_source)):
        months.scrap_by_source[month, source] += route.scrap_by_source[source] * started
    months.decided[month, line] += decided
    months.down[month, line] += down
    months.within[month] += within(state, route, line, day)


@part
def within(state: State, route: Route, line: int, day: int) -> float:
    """Return the cells of a line at the end of a day, what is usual not yet taken."""
    inside = 0.0
    for one in range(max(0, day + 1 - route.cohort[route.end]), day + 1):
        inside += state.cells[line, one] * state.alive[line, one]
    return inside


@part
def _find(plant: Plant, line: int, day: int) -> None:
    """Take out what each station of a line finds on a day, in cells or web for as many."""
    route, state = plant.route, plant.state
    lost = state.lost[line]
    for station in range(len(lost)):
        # web: what passes is what cells need and all that is cut out from here on
        passing = state.started[line] * exp(_lost_on_the_way(route, lost, station))
        state.scrap[line, station] = 0.0 if route.cells[station] else passing * -expm1(-lost[station])
    for place in range(len(route.order)):
        station = route.order[place]
        cohort, share = day - route.cohort[station], -expm1(-lost[station])
        if cohort >= 0:
            state.scrap[line, station] = state.cells[line, cohort] * state.alive[line, cohort] * share
            state.alive[line, cohort] *= 1 - share


@part
def _see(plant: Plant, active: int, month: int) -> None:
    """Tell what is found of each cause, to the charts and to people's memory."""
    hidden, gauges, state, months = plant.hidden, plant.gauges, plant.state, plant.months
    state.hit[:] = 0.0
    for row in range(active):
        cause = state.active[row]
        line = hidden.module[cause]
        if hidden.flaw[cause] < 0:
            # machine time that is lost is told in cells that were not made
            state.by_cause[cause, 0] *= state.started[line]
            state.recent[cause, 0] = state.recent[cause, 0] * plant.rules.fades + state.by_cause[cause, 0]
            state.hit[gauges.chart[cause, 0]] += state.by_cause[cause, 0]
            continue
        for place in range(gauges.places[cause]):
            station = gauges.station[cause, place]
            each = state.by_cause[cause, place]
            found = each * (state.scrap[line, station] / max(state.lost[line, station], 1e-300))
            state.by_cause[cause, place] = found
            state.recent[cause, place] = state.recent[cause, place] * plant.rules.fades + found
            state.hit[gauges.chart[cause, place]] += found
            months.scrap_by_source[month, gauges.source[cause, place]] += found
            months.found[month] += found
            months.found_lag[month] += found * gauges.hours[cause, place]


@part
def _look(plant: Plant, day: int) -> int:
    """Let the charts judge a day, and return how many alarm."""
    listening, rules, state = plant.listening, plant.rules, plant.state
    alarms = 0
    for chart in range(len(listening.module)):
        started, hit = state.started[listening.module[chart]], state.hit[chart]
        # nothing is counted where nothing runs, while a case is open, or while what was made before a fix still comes
        if started <= 0 or state.open[chart] or day < state.quiet[chart]:
            state.sum[chart] = 0.0
            continue
        noise = float(listening.noise[chart, day])
        if listening.time[chart]:
            off = hit / max(started, 1e-9) / listening.scatter[chart] + noise
        else:
            # counts scatter as those of rare events do and from lot to lot; machine time less with more machines
            usual = started * listening.usual[chart]
            of_usual = usual + 1.0 + (rules.count_noise * usual) ** 2
            of_all = usual + hit + 1.0 + (rules.count_noise * (usual + hit)) ** 2
            off = hit / sqrt(of_usual) + sqrt(of_all / of_usual) * noise
        state.sum[chart] = max(0.0, state.sum[chart] + off - rules.shift / 2)
        if state.sum[chart] > rules.threshold:
            state.sum[chart] = 0.0
            state.open[chart] = True
            state.alarms[alarms] = chart
            alarms += 1
    return alarms
