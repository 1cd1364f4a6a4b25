"""How the most uncertain inputs were found, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from optimize.around import Around, Screened
from optimize.pages.story import goal_unit
from optimize.refine import Plan
from optimize.words import listed, number

# groups and inputs that are named one by one
_TOLD = 6


def screening(plan: Plan, around: Around) -> Iterator[str]:
    """Yield how the most uncertain inputs were found, and what is not known of the others."""
    found = around.screened
    if found is None:
        return
    scale, unit = goal_unit(plan)
    noise = f"{number(scale * found.noise, 2)} {unit}"
    felt = found.inputs - found.counted
    yield (
        f"{found.inputs:,} declared numbers are in doubt: they have a range, and are not chosen, as recipes, drawings "
        f"and limits are. {found.counted:,} are known to the accounts alone. The other {felt:,} were screened with "
        f"{found.runs:,} short runs ({found.budget:,} allowed), each end of a range in a group that was taken apart "
        f"where it matters: {found.alone:,} were tried alone, {len(found.stops):,} of them stop the plant."
    )
    yield from _where(plan, found)
    if found.still:
        yield f"{found.still:,} change nothing at all."
    if found.noise > 0:
        yield f"A change below {noise} may be luck in these runs; {_quiet(found)}."
    yield from _left(found, scale, unit)
    if found.impossible:
        named = listed(found.impossible[:_TOLD])
        yield f"No plant can have an end of these ranges while all else stays, so it was not tried: {named}."


def _where(plan: Plan, found: Screened) -> Iterator[str]:
    """Yield in which plant physics was tried, if it is not the plan's own."""
    assert plan.chosen is not None
    machines = sum(plan.chosen.solution.servers.values())
    if 0 < found.machines < machines:
        yield (
            "They and the swings of physics were tried in a plant of the same make, so small that about half of its "
            f"stations have one machine ({found.machines:,} machines and places instead of {machines:,}), and are told "
            "in the size of the plan: what only a plant of many machines feels is not in them."
        )


def _quiet(found: Screened) -> str:
    if not found.quiet:
        return "no input that was tried alone lies below it"
    named = listed(found.quiet[:_TOLD])
    more = len(found.quiet) - _TOLD
    return f"inside it lie {named}{f' and {more} more' if more > 0 else ''}"


def _left(found: Screened, scale: float, unit: str) -> Iterator[str]:
    """Yield what was not taken apart."""
    if not found.unresolved:
        return
    count = sum(len(group.paths) for group in found.unresolved)
    largest = found.unresolved[0]
    groups = "one group" if len(found.unresolved) == 1 else f"{len(found.unresolved):,} groups"
    told = f"{count:,} ends of ranges were not taken apart, in {groups}"
    size = f"{number(scale * abs(largest.change), 2)} {unit}" if largest.change is not None else "more than can be said"
    of = f"{largest.paths[0]} to {largest.paths[-1]}" if len(largest.paths) > 1 else largest.paths[0]
    if found.finished:
        yield (
            f"{told}, because no whole group changes more than the inputs above ({size} at most: {of}). Two inputs of "
            "one group could still hide each other."
        )
    else:
        yield (
            f"{told}, because the runs were used up: some of them may matter more than the inputs above. The largest "
            f"group changes {size} together: {of}. A larger 'screening' in the study looks closer."
        )
