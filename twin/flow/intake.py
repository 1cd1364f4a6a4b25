"""What goes into a station: lots from every inbox, full loads in order of arrival, who has waited longest first."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from simpy import Environment, Event, Timeout

from twin.flow.buffer import Inbox
from twin.flow.lot import Lot
from twin.material import Electrode


class Intake:
    """The inboxes of a station, and its servers that wait.

    Attributes:
        batch: lots that a server takes at once; None for one.
        channels: capacity of a server in the unit of its lots; None when it is not counted.
        patience: longest wait for a full load [s]; None waits for ever.
        combine: lots joined to one.
        pairing: "first" takes what came first from each inbox; the name of a property pairs what is alike in it.
        inboxes: what has to come together.
        ways_back: where lots come back for rework.
        idle: servers that wait, who has waited longest first.
        timer: of the oldest lot's patience; None when none runs.
    """

    batch: int | None = None
    channels: float | None = None
    patience: float | None = None

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.combine = 1
        self.pairing = "first"
        self.inboxes: list[Inbox] = []
        self.ways_back: list[Inbox] = []
        self.idle: deque[Event] = deque()
        self.timer: Timeout | None = None

    def wake(self) -> None:
        """Give waiting servers what has come in, who has waited longest first."""
        while self.idle:
            lots = self.collect()
            if lots is None:
                return
            self.idle.popleft().succeed(lots)

    def collect(self, patient: bool = True) -> Sequence[Lot] | None:
        """Return the lots for one turn, or None while they are not all there."""
        if self.batch is not None or self.channels is not None or self.combine > 1:
            return self._collect_many(patient)
        if self.ways_back:
            ready = [box for box in (*self.inboxes, *self.ways_back) if box.ready()]
            return (min(ready, key=_arrival).take(),) if ready else None
        for inbox in self.inboxes:
            if not inbox.ready():
                return None
        if self.pairing == "first":
            return [inbox.take() for inbox in self.inboxes]
        first, *others = self.inboxes
        lead = first.take()
        return [lead, *(inbox.take(self._closest(inbox, lead)) for inbox in others)]

    def _closest(self, inbox: Inbox, lead: Lot) -> int:
        """Return the place of the lot of which gauges have reported most nearly the same as of another."""
        wanted = _measured(lead, self.pairing)
        off = [abs(_measured(lot, self.pairing) - wanted) for lot in inbox.lots]
        return off.index(min(off)) if off else 0

    def _collect_many(self, patient: bool) -> Sequence[Lot] | None:
        """Return a full load in order of arrival, or what there is once patience has run out."""
        (inbox,) = self.inboxes
        if not inbox.ready():
            return None
        wanted = self.combine if self.combine > 1 else self.batch
        room = self.channels if self.channels is not None else float("inf")
        here = [*inbox.lots, *(lot for lot, _ in inbox.blocked)]
        load, full = 0, False
        for lot in here:
            if load and lot.units > room:
                full = True
                break
            load += 1
            room -= lot.units
            full = load == wanted or room <= 0
            if full:
                break
        if not full and patient and self.patience is not None:
            patient = self.env.now < here[0].entered + self.patience - 1e-6
        if not full and patient:
            self._be_patient(here[0].entered)
            return None
        return [inbox.take() for _ in range(load)]

    def _be_patient(self, entered: float) -> None:
        """Look again when the oldest lot's patience runs out."""
        if self.patience is not None and self.timer is None:
            self.set_timer(max(0.0, entered + self.patience - self.env.now))

    def set_timer(self, seconds: float) -> None:
        """Look again after some time [s]."""
        self.timer = Timeout(self.env, seconds)
        assert self.timer.callbacks is not None
        self.timer.callbacks.append(self._timer_over)

    def _timer_over(self, _: Event) -> None:
        self.timer = None
        self.wake()


def _measured(lot: Lot, what: str) -> float:
    """Return what gauges reported of a lane of web, relative to its target [-]; one of what is no web."""
    return lot.material.measured.get(what, 1.0) if isinstance(lot.material, Electrode) else 1.0


def _arrival(inbox: Inbox) -> float:
    return inbox.lots[0].entered if inbox.lots else inbox.blocked[0][0].entered
