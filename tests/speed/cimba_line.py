"""A workload in Cimba: its models are classes of a module, which it compiles."""

import cimba as cb
from speed.workloads import WORK, Workload


class Box(cb.Model):
    """Lots between two stations."""

    lots: cb.Store[int]

    def __init__(self, capacity: int) -> None:
        self.lots = cb.Store(capacity=capacity)


class Machine(cb.Model):
    """A machine that fails with use."""

    before: cb.Ref[Box]
    after: cb.Ref[Box]
    first: cb.Param[bool]
    last: cb.Param[bool]
    scrap: cb.Param[float]
    mtbf: cb.Param[float]
    mttr: cb.Param[float]
    warmup: cb.Param[float]
    made: cb.Output[int]

    def __init__(self, boxes: list[Box], place: int, work: Workload) -> None:
        self.before = boxes[max(place - 1, 0)]
        self.after = boxes[min(place, len(boxes) - 1)]
        self.first = place == 0
        self.last = place == len(boxes)
        self.scrap = work.scrap
        self.mtbf, self.mttr = work.mtbf, work.mttr
        self.warmup = work.warmup

    @cb.process
    def work(self):
        left = cb.random.exponential(self.mtbf)
        while True:
            lot = 1
            if not self.first:
                lot = self.before.lots.get()
            seconds = WORK
            left -= WORK
            while left <= 0.0:
                seconds += cb.random.exponential(self.mttr)
                left += cb.random.exponential(self.mtbf)
            cb.hold(seconds)
            if self.scrap == 0.0 or cb.random.uniform() >= self.scrap:
                if not self.last:
                    self.after.lots.put(lot)
                elif cb.now() >= self.warmup:
                    self.made += 1


class Line(cb.Model):
    """All of it."""

    boxes: list[Box]
    machines: list[Machine]


def lots_of(work: Workload, until: float, seed: int) -> int:
    """Return the lots that left after the warm-up."""
    line = Line()
    line.boxes = [Box(work.buffer) for _ in range(work.stations - 1)]
    line.machines = [Machine(line.boxes, place, work) for place in range(work.stations) for _ in range(work.servers)]
    found = cb.Experiment(line, window=cb.Window(duration=until), seed=seed).run(workers=1)
    return sum(int(found[machine].made.values.sum()) for machine in line.machines)
