"""What a comparison leaves of the claim that control and excellence beat invention and building faster.

Strategies are told apart by what they declare, never by their names. A claim is tested on the two, one of each side,
that differ least in all they declare, so that as little else as there can be is told with it; where several pairs are
as much alike, on each of them. Numbers of engineers do not count as a difference: each strategy has its best one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from optimize.figures import Interval
from optimize.growth.scale_up import Compared
from optimize.growth.strategy import Strategy
from optimize.growth.swings import Swing, crossings
from optimize.pages.board_story import flip_in_words, musd, signed, title_of
from optimize.words import listed, spread

MEASURES: dict[str, Callable[[Strategy], bool]] = {
    "gauges where flaws are born": lambda one: one.inline,
    "traceable cells": lambda one: one.genealogy,
    "acceptance tests": lambda one: one.tests.maker or one.tests.site,
    "experienced people on site": lambda one: one.experts is not None,
    "a mother plant": lambda one: one.mother is not None,
}
# all that a strategy declares, in words
DECLARED = {
    "build": "which lines are ordered when",
    "wait": "how long they wait",
    "product": "how new the product is",
    "equipment": "how new the machines are",
    "people": "how new the people are",
    "engineers": "how many engineers there are",
    "genealogy": "traceable cells",
    "inline": "gauges where flaws are born",
    "frozen": "a frozen recipe",
    "tests": "acceptance tests",
    "mother": "a mother plant",
    "pilot": "a pilot line",
    "experts": "experienced people on site",
}
# pairs of strategies that are told of a part of the claim
_PAIRS = 3
CONTROL = ("gauges where flaws are born", "traceable cells")


def measures_of(strategy: Strategy) -> list[str]:
    """Return what a strategy does for control and excellence."""
    return [name for name, has in MEASURES.items() if has(strategy)]


class Side(NamedTuple):
    """One part of the claim.

    Attributes:
        claim: what is claimed, as a sentence.
        those: what people call the strategies that it favours.
        others: what they call all others.
        favours: whether it favours a strategy.
        about: names of what two strategies must differ in, one of them, as they were lived; nothing where being on
            different sides says so already. What is declared to come line after line may be lived as one line.
    """

    claim: str
    those: str
    others: str
    favours: Callable[[Strategy], bool]
    about: tuple[str, ...] = ()


SIDES = (
    Side(
        "Excellence pays",
        "strategies with gauges, traceable cells, acceptance tests, experienced people or a mother plant",
        "those with none of these",
        lambda one: bool(measures_of(one)),
    ),
    Side(
        "Process control pays",
        "strategies with gauges where flaws are born or traceable cells",
        "those without",
        lambda one: bool(set(measures_of(one)) & set(CONTROL)),
    ),
    Side(
        "A known product beats a new one",
        "strategies whose product is not wholly new",
        "those with a wholly new one",
        lambda one: one.product < 1,
    ),
    Side(
        "Waiting for proof or pace beats building everything at once",
        "strategies that order line after line or run a pilot line first",
        "those that order all lines at once",
        lambda one: not one.build.at_once or one.pilot is not None,
        ("build", "pilot"),
    ),
)


class Tested(NamedTuple):
    """What came of one part of the claim.

    Attributes:
        claim: what was claimed.
        verdict: "supported", "against", "mixed" where pairs speak for both, "open" where none speaks, or "not tested"
            where all strategies are on one side.
        favoured: the strategy that it favours, of the two that differ least, "" for none; of several pairs, the best.
        other: the other of the two.
        lead: of the one over the other [MUSD].
        text: all of it in words.
    """

    claim: str
    verdict: str
    favoured: str
    other: str
    lead: Interval | None
    text: str


def tested(compared: Compared) -> list[Tested]:
    """Return what came of each part of the claim."""
    return [_tested(compared, side) for side in SIDES]


def _tested(compared: Compared, side: Side) -> Tested:
    verdict = compared.verdict
    those = [name for name in verdict.ranking if side.favours(_as_declared(compared, name))]
    others = [name for name in verdict.ranking if name not in those]
    if not those or not others:
        which = "no" if not those else "every"
        text = f"Not tested: {which} strategy of this study is one of the {side.those}."
        return Tested(side.claim, "not tested", those[0] if those else "", others[0] if others else "", None, text)
    pairs = _most_alike(compared, [pair for pair in product(those, others) if _tells(compared, side, pair)])
    if not pairs:
        text = f"Not tested: at their best, {side.those} build as the others do."
        return Tested(side.claim, "not tested", those[0], others[0], None, text)
    each = [_decided(verdict.difference(*pair)) for pair in pairs]
    told = set(each) - {"open"} or {"open"}
    said = told.pop() if len(told) == 1 else "mixed"
    head = {
        "supported": "The results support it",
        "against": "The results speak against it",
        "mixed": "The results speak for both",
        "open": f"{verdict.scenarios.count} futures leave it open",
    }[said]
    leads = [_ahead(compared, *pair) for pair in pairs]
    apart = _apart(compared, *pairs[0])
    if len(pairs) == 1:
        text = f"{head}: {leads[0]}, which differs least from it: in {listed(apart)}."
    else:
        leads = [f"{lead}{_ALONE[one]}" for lead, one in zip(leads, each, strict=True)]
        text = f"{head}: {listed(leads)}. The first two differ in {listed(apart)}, the others in no more."
    if (those[0], others[0]) not in pairs:
        best = _ahead(compared, those[0], others[0])
        text += f" Of the {side.those}, {best}, the best of {side.others}, but more lies between these."
    lead = verdict.difference(*pairs[0])
    return Tested(side.claim, said, *pairs[0], lead, f"{text} {_conditions(compared, *pairs[0], len(pairs) > 1)}")


# what is said of one of several pairs
_ALONE = {"supported": "", "against": "", "open": ", which is within chance"}


def _decided(lead: Interval) -> str:
    """Return what a lead says of a claim."""
    return "supported" if lead.low > 0 else "against" if lead.high < 0 else "open"


def _tells(compared: Compared, side: Side, pair: tuple[str, str]) -> bool:
    """Return whether two strategies differ in what a part of the claim is about, as they were lived."""
    return not side.about or bool({DECLARED[name] for name in side.about} & set(_apart(compared, *pair)))


def _most_alike(compared: Compared, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the pairs, one of each side, that declare most alike, the best ones first."""
    verdict = compared.verdict

    def apart(pair: tuple[str, str]) -> int:
        return len(set(differing(*(_as_declared(compared, name) for name in pair))) - {DECLARED["engineers"]})

    ranked = sorted(pairs, key=lambda pair: sum(verdict.ranking.index(name) for name in pair))
    least = min((apart(pair) for pair in pairs), default=0)
    return [pair for pair in ranked if apart(pair) == least][:_PAIRS]


def _ahead(compared: Compared, first: str, second: str) -> str:
    """Say by how much one strategy is worth more, or less, than another."""
    lead = compared.verdict.difference(first, second)
    less = Interval(-lead.mean, -lead.high, -lead.low)
    worth = f"{musd(lead)} more" if lead.mean >= 0 else f"{musd(less)} less"
    return f"{title_of(compared, first)} is worth {worth} than {title_of(compared, second)}"


def _as_declared(compared: Compared, name: str) -> Strategy:
    """Return a strategy as it was lived, but with its own rule of building, whatever was planned of it."""
    lived, declared = compared.verdict.lived[name].strategy, compared.verdict.site.study.strategies.get(name)
    return lived if declared is None else lived.model_copy(update={"build": declared.build})


def _apart(compared: Compared, first: str, second: str) -> list[str]:
    """Return in what two strategies differed as they were lived; in when lines are ordered only where they did."""
    lived = [compared.verdict.lived[name] for name in (first, second)]
    ordered = [[life.ordered for life in one.lives] for one in lived]
    found = set(differing(*(one.strategy for one in lived))) - {DECLARED["build"]}
    if ordered[0] != ordered[1]:
        found.add(DECLARED["build"])
    return [words for words in DECLARED.values() if words in found]


def differing(first: Strategy, second: Strategy) -> list[str]:
    """Return in what two strategies differ: none of it can be told from the rest by these two alone."""
    return [words for name, words in DECLARED.items() if getattr(first, name) != getattr(second, name)]


def _conditions(compared: Compared, first: str, second: str, of_several: bool) -> str:
    """Say at which values of uncertain inputs the better one of two strategies changes."""
    found = pair_flips(compared, first, second)
    if not found:
        what = "the first of these" if of_several else "this"
        return f"No uncertain input alone, within its declared range, turns {what} round."
    told = [flip_in_words(swing, value) for swing, value in found[:3]]
    more = f"; {len(found) - 3} other inputs can do it too" if len(found) > 3 else ""
    what = "The first of these" if of_several else "It"
    return f"{what} turns round when {listed([f'the {one}' for one in told], 'or')}{more}."


def pair_flips(compared: Compared, first: str, second: str) -> list[tuple[Swing, float]]:
    """Return the inputs that make the worse one of two strategies the better one, and from where; the nearest first.

    Between the low end, the declared value and the high end of an input the lead is taken to be a straight line.
    """
    found = []
    for swing in compared.swings:
        # of the best itself, which leads no one
        leads = {compared.verdict.ranking[0]: (0.0,) * 3, **swing.leads}
        if not {first, second} <= set(leads):
            continue
        ahead = [of_second - of_first for of_second, of_first in zip(leads[second], leads[first], strict=True)]
        flips = crossings((swing.low, swing.value, swing.high), ahead)
        if flips:
            flip = min(flips, key=lambda one: abs(one - swing.value))
            found.append((abs(flip - swing.value) / (swing.high - swing.low), swing, flip))
    return [(swing, flip) for _, swing, flip in sorted(found, key=lambda one: one[0])]


def in_the_plant(compared: Compared) -> Iterator[str]:
    """Yield what control does to the plant, whatever it does to the money."""
    verdict = compared.verdict
    having = [name for name in verdict.ranking if set(measures_of(verdict.lived[name].strategy)) & set(CONTROL)]
    lacking = [name for name in verdict.ranking if name not in having]
    lags = {name: one.lag for name, one in verdict.lived.items() if one.lag is not None}
    pairs = [[name for name in side if name in lags] for side in (having, lacking)]
    if all(pairs):
        first, second = (min(side, key=lambda name: lags[name].mean) for side in pairs)
        sooner = "sooner" if lags[first].high < lags[second].low else "no sooner for certain"
        yield (
            f"In the plant itself, with process control flaws are found {sooner}: "
            f"{signed(spread(lags[first]))} h after their birth with {title_of(compared, first)}, "
            f"{signed(spread(lags[second]))} h with {title_of(compared, second)}, the quickest without."
        )


_SUMMED = {
    "supported": "supported",
    "against": "contradicted",
    "mixed": "supported here and contradicted there",
    "open": "left open",
}


def summary(compared: Compared) -> str:
    """Return in one sentence what the claim survives."""
    found = tested(compared)
    by = {said: [one.claim for one in found if one.verdict == said] for said in _SUMMED}
    told = [f"{_SUMMED[said]}: {_lower(claims)}" for said, claims in by.items() if claims]
    return f"Of its parts, {'; '.join(told)}." if told else "The strategies of this study do not test it."


def _lower(claims: list[str]) -> str:
    return listed([f"{claim[0].lower()}{claim[1:]}" for claim in claims])
