"""The plant in machine code: it runs until a moment, and Python brings it what it lacks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from twin.compiled.layout import empty_plant, free_lots, rounds_of
from twin.compiled.loop import close_day, open_day, run, write_open_visits
from twin.compiled.rows import DAYS, FEW, MANY, Rows
from twin.compiled.state import (
    BLOCK,
    BROUGHT,
    DONE,
    EXPONENTIAL,
    HELPED,
    KEPT,
    LIFE,
    LIVES,
    LOTS,
    MENDED,
    NUMBERS,
    PHYSICS,
    ROWS,
    STUCK,
    UNIFORM,
    Records,
    World,
)
from twin.compiled.woven import WovenRows
from twin.equipment import Failures
from twin.flow.deadlock import check_circle, standstill
from twin.flow.downtime import DRAWN, draw_lives, luck_of_failures
from twin.journal import Journal, State
from twin.line import Line
from twin.randomness import Luck
from twin.timed import Deterministic, Exponential, Timed

# a crew repairs it, or is waited for
_DOWN = (HELPED, MENDED)

Draw = Callable[[np.random.Generator, int], NDArray[np.floating]]
Bring = Callable[[int], NDArray[np.floating]]


class CompiledPlant:
    """One plant, running; it writes what ``twin.flow.Plant`` would.

    Attributes:
        world: its state.

    Args:
        line: the plant as declared, or with larger lots.
        seed: key of all luck.
        journal: where everything is written.
        world: the state with which it begins; None for an empty plant.
    """

    _physics: int | None = None

    def __init__(self, line: Line, seed: int, journal: Journal, world: World | None = None) -> None:
        self._journal = journal
        self.world = empty_plant(line) if world is None else world
        # reasons get their numbers in the order in which the flow meets them
        journal.reason("shelf_life")
        self._woven: dict[str, WovenRows] = {}
        self._make_rows(max(FEW, len(self.world.parts["servers"])))
        self._handed_over = False
        self._days = 0
        self._numbers = _brings(line, seed, self.world.parts["draws"])
        self._ahead = [1] * len(self._numbers)
        self._failing: dict[int, tuple[Failures, np.random.Generator]] = {}
        self.begin_lives(line, seed)

    def begin_lives(self, line: Line, seed: int) -> None:
        """Draw the lives in which machines are, and what follows them; those that are new have their first one."""
        self._failing = _failing(line, seed)
        for server in self._failing:
            begins = self._server["drawn"][server] == 0
            self._begin_lives(server)
            if begins:
                self._server["life"][server] = self._lives_of(server)["life"][0]

    @property
    def good(self) -> float:
        """Lots finished so far."""
        return float(self.world.root["good"][0])

    def run_until(self, time: float) -> None:
        """Run to a moment.

        Raises:
            Deadlock: nothing will ever happen again.
        """
        root = self.world.root
        while (missing := run(root, time, self._physics)) != DONE:
            if missing == PHYSICS:
                self.serve()
            elif missing == ROWS:
                self.hand_over()
                most = 2 * int(self._server["rows"].max())
                if root["expires"][0]:
                    most += 2 * int(root["n_lots"][0] - root["free_lots"][0])
                wanted = max(most, min(4 * self._rows.size, MANY))
                if wanted > self._rows.size:
                    self._make_rows(wanted)
            elif missing == LOTS:
                self.make_lots(2 * int(self._server["rows"].max()))
            elif missing == NUMBERS:
                self._bring_numbers(int(root["missing_row"][0]), int(root["missing_block"][0]))
            elif missing == STUCK:
                self._name_circle()
            else:
                assert missing == LIVES
                self._bring_lives(int(root["missing_row"][0]))
        self._rows.name_reasons()
        if not root["timeouts"][0]:
            self._stand_still(time)

    def serve(self) -> None:
        """Do what compiled code has asked for: nothing, where lots hold nothing."""

    def _make_rows(self, size: int) -> None:
        self._rows = Rows(self.world, self._journal, size, self._woven)

    def open_day(self, day: int) -> None:
        """Write what is in the plant before a day begins."""
        open_day(self.world.root, day, self._physics)

    def close_day(self, day: int) -> None:
        """Write what the day was like: states of servers, levels of buffers, what is in the plant."""
        close_day(self.world.root, day, self._physics)
        self._days += 1
        # all tables together, so that none is ahead of the others
        if self._days == DAYS or self._handed_over:
            self.hand_over()
            self._journal.put_away()
            self._handed_over = False

    def put_away(self) -> None:
        """Write everything there is."""
        self.hand_over()
        self._journal.put_away(everything=True)

    def close(self) -> None:
        """Write down turns that are over but whose lots still wait to leave."""
        self.hand_over()
        write_open_visits(self.world.root)
        self.hand_over()

    def hand_over(self) -> None:
        """Give the journal all rows there are."""
        self._rows.hand_over()
        self._handed_over = True
        self._days = 0

    def _stand_still(self, time: float) -> None:
        servers = self._server
        doing = {
            name: {State(state) for state in servers["state"][servers["station"] == number].tolist()}
            for number, name in enumerate(self._journal.stations)
        }
        raise standstill(doing, time)

    def _name_circle(self) -> None:
        """Raise the circle into which the server that went on last has got."""
        servers, root = self._server, self.world.root
        start = int(servers["station"][root["unfinished"][0]])
        check_circle(
            start,
            lambda number: set(servers["waits_for"][servers["station"] == number].tolist()),
            self._journal.stations,
            float(root["now"][0]),
        )

    @property
    def _server(self) -> Records:
        return self.world.parts["servers"]

    def _lives_of(self, server: int) -> Records:
        size, row = int(self.world.root["lives_kept"][0]), self._server["wear"][server]
        return self.world.parts["lives"][row * size : (row + 1) * size]

    def make_lots(self, size: int) -> None:
        """Make room for more lots: as many more as there are, or so many."""
        lots, root = self.world.parts["lots"], self.world.root
        more = free_lots(max(size, len(lots)), len(lots))
        more["next"][-1] = root["free"][0]
        root["free"] = len(lots)
        root["free_lots"] += len(more)
        self.world.put("lots", np.concatenate([lots, more]))
        root["n_lots"] = len(self.world.parts["lots"])

    def _bring_numbers(self, row: int, block: int) -> None:
        """Draw the numbers of a block of lots, and of those that come next."""
        numbers, blocks = self.world.parts["numbers"]["value"], self.world.parts["blocks"]["value"]
        for coming in range(block, block + self._ahead[row]):
            place = row * KEPT + coming % KEPT
            numbers[place * BLOCK : (place + 1) * BLOCK] = self._numbers[row](coming)
            blocks[place] = coming
        self._ahead[row] = min(2 * self._ahead[row], KEPT // 2)

    def _begin_lives(self, server: int) -> None:
        """Draw the life in which a machine is, and what follows it; those that are over are drawn once more.

        Those that end in the turn that runs were decided with it, and stay.
        """
        failures, luck = self._failing[server]
        record, kept = self._server[server], self._lives_of(server)
        begun = record["fails"] or record["place"] in _DOWN
        decided = range(int(record["broken"]) if begun else int(record["failures"]), int(record["failures"]))
        stays = {number: kept[number % len(kept)].copy() for number in decided}
        first = min(stays, default=int(record["failures"]))
        record["drawn"] = 0
        while record["drawn"] + DRAWN <= first:
            draw_lives(failures, luck)
            record["drawn"] += DRAWN
        self._bring_lives(server, first)
        for number, life in stays.items():
            self._lives_of(server)[number % len(self._lives_of(server))] = life

    def _bring_lives(self, server: int, first: int | None = None) -> None:
        """Draw lives of a machine and the repairs after them, as many as there is room for.

        Args:
            server: the machine.
            first: the first life that is still needed; None is the one in which it is.
        """
        failures, luck = self._failing[server]
        record = self._server[server]
        first = int(record["failures"]) if first is None else first
        if record["drawn"] + DRAWN > first + len(self._lives_of(server)):
            # one turn lasts longer than all these lives
            self._keep_more_lives()
        kept = self._lives_of(server)
        while record["drawn"] + DRAWN <= first + len(kept):
            here = (record["drawn"] + np.arange(DRAWN)) % len(kept)
            # the flow takes the last ones first
            kept["life"][here], kept["repair"][here] = (drawn[::-1] for drawn in draw_lives(failures, luck))
            record["drawn"] += DRAWN

    def _keep_more_lives(self) -> None:
        """Make room for twice as many lives of each machine."""
        before = {server: self._lives_of(server) for server in self._failing}
        size = 2 * int(self.world.root["lives_kept"][0])
        self.world.put("lives", np.zeros(size * len(before), LIFE))
        self.world.root["lives_kept"] = size
        for server, lives in before.items():
            drawn = int(self._server["drawn"][server])
            numbers = np.arange(max(0, drawn - len(lives)), drawn)
            self._lives_of(server)[numbers % size] = lives[numbers % len(lives)]


def _failing(line: Line, seed: int) -> dict[int, tuple[Failures, np.random.Generator]]:
    """Return failures and luck of every server that fails, by its number in the plant."""
    found, before = {}, 0
    for name, station in line.stations.items():
        for server in range(station.servers if station.failures is not None else 0):
            assert station.failures is not None
            found[before + server] = (station.failures, luck_of_failures(seed, name, server))
        before += station.servers
    return found


def _brings(line: Line, seed: int, draws: Records) -> list[Bring]:
    """Return what draws each row of the random numbers in Python; those that machine code draws get their key."""
    found: list[Bring] = []
    rounds = range(rounds_of(line))
    for name, station in line.stations.items():
        step, luck = station.step, Luck(seed, name)
        if not isinstance(step, Timed):
            continue
        wanted: list[tuple[str, Draw, float]] = []
        if not isinstance(step.time, Deterministic):
            mean = step.time.mean if isinstance(step.time, Exponential) else 0.0
            wanted += [(f"time{again or ''}", step.time.sample, mean) for again in rounds]
        for name, chance in (("scrap", step.scrap), ("rework", step.rework)):
            wanted += [(f"{name}{again}", np.random.Generator.random, 0.0) for again in (rounds if chance else ())]
        for purpose, draw, mean in wanted:
            row = draws[len(found)]
            row["first_key"], row["second_key"] = luck.key(purpose)
            row["mean"] = mean
            row["kind"] = UNIFORM if draw is np.random.Generator.random else EXPONENTIAL if mean else BROUGHT
            found.append(partial(luck.block, purpose, draw=draw))
    return found
