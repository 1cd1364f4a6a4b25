"""Crews: people that stations share, first asked first served, as in ``twin/flow/crew.py``."""

from __future__ import annotations

from twin.compiled.events import go_on
from twin.compiled.machine_code import rare
from twin.compiled.memory import Root, pool_of, server_of
from twin.compiled.state import NONE
from twin.flow.crew import ROUNDING


@rare
def ask(w: Root, pool: int, people: float, server: int) -> bool:
    """Ask for people. Returns whether they come at once; else the server goes on when they have come."""
    crew, record = pool_of(w, pool), server_of(w, server)
    if crew.first == NONE and crew.free >= people - ROUNDING:
        crew.free -= people
        return True
    record.people, record.next_asking = people, NONE
    if crew.first == NONE:
        crew.first = server
    else:
        server_of(w, crew.last).next_asking = server
    crew.last = server
    return False


@rare
def give_back(w: Root, pool: int, people: float) -> None:
    """Give people back; who has waited longest gets them."""
    crew = pool_of(w, pool)
    crew.free += people
    while crew.first != NONE and crew.free >= server_of(w, crew.first).people - ROUNDING:
        server = crew.first
        crew.free -= server_of(w, server).people
        crew.first = server_of(w, server).next_asking
        go_on(w, server)
