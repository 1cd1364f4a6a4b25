"""Public simulators that pip installs, each asked for a workload in the way its manual shows.

Working times and scrap come from the same sources everywhere, so what differs is how events are kept.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from speed.plain import plain_line, spoiling
from speed.workloads import WORK, Workload

Simulator = Callable[[Workload, float, int], int]


@dataclass(frozen=True)
class Peer:
    """A public simulator.

    Attributes:
        name: what people call it.
        package: that must be there.
        lots: returns the lots that left a workload, run for some time with some seed, after its warm-up.
        scraps: whether its parts can be scrapped, and machines work side by side.
    """

    name: str
    package: str
    lots: Simulator
    scraps: bool = True


def by_simpy(work: Workload, until: float, seed: int) -> int:
    """SimPy, written by hand."""
    spoils = spoiling(work.scrap, seed)
    return plain_line(work.times(seed), work.servers, work.buffer, until, work.warmup, spoils).lots


def by_desmod(work: Workload, until: float, seed: int) -> int:
    """desmod: its queues in place of SimPy's stores."""
    from desmod.queue import Queue

    spoils = spoiling(work.scrap, seed)
    return plain_line(work.times(seed), work.servers, work.buffer, until, work.warmup, spoils, Queue).lots


def by_simulus(work: Workload, until: float, seed: int) -> int:
    """simulus: processes on green threads."""
    import simulus

    env = simulus.simulator()
    times, spoils = work.times(seed), spoiling(work.scrap, seed)
    boxes = [env.store(capacity=work.buffer) for _ in times[1:]]
    lots = 0

    def machine(place: int) -> None:
        nonlocal lots
        while True:
            if place:
                boxes[place - 1].get()
            env.sleep(times[place]())
            if spoils is not None and spoils():
                continue
            if place < len(boxes):
                boxes[place].put()
            elif env.now >= work.warmup:
                lots += 1

    for place in range(work.stations):
        for _ in range(work.servers):
            env.process(machine, place)
    env.run(until=until)
    return lots


def by_salabim(work: Workload, until: float, seed: int) -> int:
    """salabim: machines and lots are components."""
    import salabim

    salabim.yieldless(False)
    env = salabim.Environment(trace=False, random_seed=seed)
    times, spoils = work.times(seed), spoiling(work.scrap, seed)
    boxes = [env.Store(f"box {place}", capacity=work.buffer) for place in range(work.stations - 1)]
    lots = 0

    class Machine(salabim.Component):
        def process(self, place: int) -> Generator[Any, Any, None]:
            nonlocal lots
            while True:
                lot = (yield self.from_store(boxes[place - 1])) if place else salabim.Component(process="")
                yield self.hold(times[place]())
                if spoils is not None and spoils():
                    continue
                if place < len(boxes):
                    yield self.to_store(boxes[place], lot)
                elif env.now() >= work.warmup:
                    lots += 1

    for place in range(work.stations):
        for _ in range(work.servers):
            Machine(place=place)
    env.run(till=until)
    return lots


def by_ciw(work: Workload, until: float, seed: int) -> int:
    """Ciw: a queueing network with blocking; the first station always finds a lot."""
    import ciw

    class Working(ciw.dists.Distribution):
        def __init__(self, draw: Callable[[], float]) -> None:
            self.draw = draw

        def sample(self, t: Any = None, ind: Any = None) -> float:
            return self.draw()

    count = work.stations
    ahead = [[1 - work.scrap if to == place + 1 else 0.0 for to in range(count)] for place in range(count)]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Deterministic(0.99 * WORK / work.servers), *[None] * (count - 1)],
        service_distributions=[Working(draw) for draw in work.times(seed)],
        routing=ahead,
        number_of_servers=[work.servers] * count,
        queue_capacities=[work.buffer] * count,
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(until)
    spoils = spoiling(work.scrap, seed)
    last = [one.data_records[-1] for one in simulation.nodes[-1].all_individuals if one.data_records]
    left = [one for one in last if one.node == count and one.record_type == "service" and one.exit_date >= work.warmup]
    return sum(1 for _ in left if spoils is None or not spoils())


def by_simantha(work: Workload, until: float, seed: int) -> int:
    """Simantha: machines, buffers, a sink."""
    import simantha

    class Failing(simantha.Machine):
        def __init__(self, name: str, draw: Callable[[], float]) -> None:
            self.draw = draw
            super().__init__(name)

        def get_cycle_time(self) -> float:
            return self.draw()

    random.seed(seed)
    source, sink = simantha.Source(), simantha.Sink()
    machines = [Failing(f"machine {place}", draw) for place, draw in enumerate(work.times(seed))]
    buffers = [simantha.Buffer(f"buffer {place}", capacity=work.buffer) for place in range(work.stations - 1)]
    way: list[Any] = [source]
    for machine, buffer in zip(machines, [*buffers, sink], strict=True):
        way += [machine, buffer]
    for before, here, after in zip([None, *way], way, [*way[1:], None], strict=False):
        ends = {"upstream": [before] if before else [], "downstream": [after] if after else []}
        here.define_routing(**{end: parts for end, parts in ends.items() if parts})
    system = simantha.System(objects=[source, *machines, *buffers, sink])
    system.simulate(warm_up_time=work.warmup, simulation_time=until - work.warmup, verbose=False)
    return int(sink.level)


def by_simprocesd(work: Workload, until: float, seed: int) -> int:
    """SimProcesd: part processors, buffers, a sink."""
    from simprocesd.model import System
    from simprocesd.model.factory_floor import Buffer, PartProcessor, Sink, Source

    class Failing(PartProcessor):
        def __init__(self, upstream: Any, draw: Callable[[], float]) -> None:
            self.draw = draw
            super().__init__(upstream=[upstream])

        @property
        def cycle_time(self) -> float:
            return self.draw()

        @cycle_time.setter
        def cycle_time(self, value: float) -> None:
            pass

    system = System()
    here: Any = Source()
    for place, draw in enumerate(work.times(seed)):
        if place:
            here = Buffer(upstream=[here], capacity=work.buffer)
        here = Failing(here, draw)
    sink = Sink(upstream=[here])
    system.simulate(work.warmup, print_summary=False)
    before = sink.received_parts_count
    system.simulate(until - work.warmup, print_summary=False)
    return int(sink.received_parts_count - before)


def by_cimba(work: Workload, until: float, seed: int) -> int:
    """Cimba's Python front: processes compiled to run on its engine in C, with luck of their own."""
    from speed.cimba_line import lots_of

    return lots_of(work, until, seed)


PEERS = (
    Peer("SimPy, by hand", "simpy", by_simpy),
    Peer("desmod", "desmod", by_desmod),
    Peer("simulus", "simulus", by_simulus),
    Peer("Simantha", "simantha", by_simantha, scraps=False),
    Peer("Ciw", "ciw", by_ciw),
    Peer("SimProcesd", "simprocesd", by_simprocesd, scraps=False),
    Peer("salabim", "salabim", by_salabim),
    Peer("Cimba, from Python", "cimba", by_cimba),
)
