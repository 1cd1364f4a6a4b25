"""What is left of the claim behind a study of strategies, told by what they declare."""

from __future__ import annotations

from dataclasses import replace

import pytest
from board_lives import FUTURES, with_lead

from optimize.growth.swings import Swing
from optimize.growth.verdict import Lived
from optimize.pages import board_claim


def test_the_claim_is_told_by_what_strategies_declare() -> None:
    ahead, behind = with_lead(1000.0), with_lead(-1000.0)
    control = [
        next(one for one in board_claim.tested(x) if one.claim == "Process control pays") for x in (ahead, behind)
    ]
    assert [one.verdict for one in control] == ["supported", "against"]
    assert all(one.favoured == "seen" and one.other == "fast" for one in control)
    assert "worth 1,000.2 MUSD" in control[0].text and "less than All at once" in control[1].text
    known = next(one for one in board_claim.tested(ahead) if one.claim == "A known product beats a new one")
    assert known.verdict == "not tested" and "no strategy" in known.text


def test_a_claim_is_tested_on_the_two_that_differ_least() -> None:
    """Gauges alone, in one of two plants that order at once, tell more than gauges, pace and people together."""
    found = with_lead(1000.0)
    verdict = found.verdict
    fast, seen = (verdict.lived[name] for name in ("fast", "seen"))
    alike = fast.strategy.model_copy(update={"inline": True, "title": "Gauges at once"})
    other = seen.strategy.model_copy(update={"engineers": fast.strategy.engineers + 1})
    lived = {"fast": fast, "alike": replace(fast, strategy=alike), "seen": replace(seen, strategy=other)}
    found = replace(found, verdict=replace(verdict, lived=lived))
    (control,) = (one for one in board_claim.tested(found) if one.claim == "Process control pays")
    assert (control.favoured, control.other, control.verdict) == ("alike", "fast", "open")
    assert "differs least from it: in gauges where flaws are born." in control.text
    # and the best of each side is told beside it
    assert "Gauges first is worth 1,000.2 MUSD" in control.text and "more lies between these" in control.text


def test_pairs_that_are_as_much_alike_are_all_told_and_engineers_are_no_difference() -> None:
    """Gauges in a plant built at once, and in one that is built line by line: the one pays, the other costs."""
    found = with_lead(1000.0)
    fast, seen = (found.verdict.lived[name] for name in ("fast", "seen"))

    def built(build: str, more: dict[str, bool], money: str, engineers: int = 3) -> Lived:
        way = {"fast": fast, "seen": seen}
        strategy = way[build].strategy.model_copy(
            update={"inline": False, "genealogy": False, "engineers": engineers, "title": f"{build} {money}", **more}
        )
        return replace(way[money], strategy=strategy)

    lived = {
        "a": built("fast", {}, "fast"),
        "b": built("fast", {"inline": True}, "seen", engineers=9),
        "c": built("seen", {}, "seen"),
        "d": built("seen", {"inline": True}, "fast"),
    }
    (control,) = (
        one
        for one in board_claim.tested(replace(found, swings=(), verdict=replace(found.verdict, lived=lived)))
        if one.claim == "Process control pays"
    )
    assert control.verdict == "mixed" and "speak for both" in control.text
    assert "fast seen is worth 1,000.2 MUSD" in control.text and "seen fast is worth 1,000.2 MUSD" in control.text
    # without the one that costs, it pays
    del lived["d"]
    rest = replace(found, swings=(), verdict=replace(found.verdict, lived=lived))
    assert board_claim.tested(rest)[1].verdict == "supported"


def test_pace_is_not_tested_by_plants_that_were_built_alike() -> None:
    """One declares its lines one after another, but both were lived with the same orders."""
    found = with_lead(1000.0)
    pace = "Waiting for proof or pace beats building everything at once"
    fast, seen = (found.verdict.lived[name] for name in ("fast", "seen"))
    alike = replace(seen, lives=fast.lives)
    same = replace(found, verdict=replace(found.verdict, lived={"fast": fast, "seen": alike}))
    (told,) = (one for one in board_claim.tested(same) if one.claim == pace)
    assert told.verdict == "not tested" and told.lead is None and "build as the others do" in told.text
    (told,) = (one for one in board_claim.tested(found) if one.claim == pace)
    assert told.verdict == "supported"


def test_a_claim_turns_round_where_the_leads_cross() -> None:
    found, best = with_lead(1000.0), "seen"
    assert found.verdict.ranking[0] == best
    low, high = found.verdict.site.futures.range("disturbance")
    leads = {"fast": (-100.0, 100.0, 100.0)}
    swing = Swing("disturbance", low, 1.0, high, -100.0, 100.0, None, "fast", leads, FUTURES, (9.0, 9.0, 9.0), None)
    found = replace(found, swings=(swing,))
    # halfway between the low end, where it is 100 behind, and the declared value, where it is as much ahead
    assert board_claim.pair_flips(found, "seen", "fast") == [(swing, pytest.approx((low + 1.0) / 2))]
    assert board_claim.pair_flips(found, "fast", "seen") == board_claim.pair_flips(found, "seen", "fast")
