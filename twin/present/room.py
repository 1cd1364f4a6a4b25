"""More room in a branch than there was: lots that wait for it come in at once, first come first."""

from __future__ import annotations

from typing import Any

from twin.compiled.state import NONE, World


def let_in(world: World) -> None:
    """Bring lots that wait for room into buffers that have some, and let their servers go on after all that is due."""
    root, lots = world.root[0], world.parts["lots"]
    for box in world.parts["inboxes"]:
        while box["blocked"] and box["lots"] < box["capacity"]:
            number = box["first_blocked"]
            lot = lots[number]
            box["first_blocked"] = lot["next"]
            box["blocked"] -= 1
            holder, lot["holder"], lot["entered"] = int(lot["holder"]), NONE, root["now"]
            _append(box, number, lots, float(root["now"]))
            world.parts["servers"]["waits_for"][holder] = NONE
            go_on_now(world, holder)


def go_on_now(world: World, server: int) -> None:
    """Let a server go on now, after all that is due already."""
    root, ring = world.root[0], world.parts["ring"]
    place = (root["first_due"] + root["due_now"]) & root["ring_mask"]
    ring["who"][place], ring["order"][place] = server, root["scheduled"]
    root["scheduled"] += 1
    root["due_now"] += 1


def _append(box: Any, number: int, lots: Any, now: float) -> None:
    box["area"] += box["lots"] * (now - box["since"])
    box["since"] = now
    lots["next"][number] = NONE
    if box["lots"] == 0:
        box["first"] = number
    else:
        lots["next"][box["last"]] = number
    box["last"] = number
    box["lots"] += 1
    box["most"] = max(box["most"], box["lots"])
