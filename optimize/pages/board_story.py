"""What a comparison of strategies says, in sentences: the answer, and what is left of the claim behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from optimize.figures import Interval
from optimize.growth.finals import flattered
from optimize.growth.scale_up import Compared
from optimize.growth.swings import Swing
from optimize.growth.verdict import Lived
from optimize.pages.board_inputs import QUANTITY, quantity_in_words
from optimize.pages.board_plans import built
from optimize.words import listed, rounded, spread

# flip points that are told in a sentence
_TOLD = 3


def answer(compared: Compared) -> list[str]:
    """Return the answer in five sentences."""
    return [_worth(compared), _insolvency(compared), _reached(compared), _cost(compared), _flips(compared)]


def signed(text: str) -> str:
    """Return words with the minus sign that people write before numbers."""
    return text.replace("-", "\N{MINUS SIGN}")


def musd(middle: Interval) -> str:
    """Return money with its interval."""
    return signed(spread(middle, unit="MUSD"))


def title_of(compared: Compared, name: str) -> str:
    """Return what people call a strategy."""
    return compared.verdict.lived[name].strategy.title


def _best(compared: Compared) -> Lived:
    return compared.verdict.lived[compared.verdict.ranking[0]]


def _worth(compared: Compared) -> str:
    verdict, best = compared.verdict, _best(compared)
    second = verdict.ranking[1]
    lead, count = verdict.difference(best.name, second), verdict.scenarios.count
    worth = musd(best.npv)
    how = f"{built(best.strategy, verdict.site.ground.lines)} and {best.strategy.engineers} engineers"
    if best.npv.mean < 0:
        loses = f"{best.strategy.title}, with {how}, loses least: it has a net present value of {worth}"
        head = f"Every strategy loses money on average; {loses}"
    else:
        head = f"{best.strategy.title}, with {how}, is worth most: it has a net present value of {worth}"
    if best.npv.low < 0 < best.npv.high:
        head += ", which leaves open whether it pays"
    ahead = f"it is {musd(lead)} ahead of {title_of(compared, second)}"
    if lead.low > 0:
        return f"{head}; {ahead}, and the {count} futures decide it."
    level = [title_of(compared, n) for n in verdict.ranking[1:] if verdict.difference(best.name, n).low <= 0]
    said = f"{head}; {ahead}, so that {count} futures do not tell it from {listed(level)}"
    told = [name for name in verdict.ranking[1:] if verdict.difference(best.name, name).low > 0]
    if not told:
        return f"{said}."
    nearest = min((verdict.difference(best.name, name) for name in told), key=lambda one: one.mean)
    others = "the other is" if len(told) == 1 else "all others are"
    return f"{said}; {others} told from it, {musd(nearest)}{' or more' if len(told) > 1 else ''} behind."


def _insolvency(compared: Compared) -> str:
    verdict, best, count = compared.verdict, _best(compared), compared.verdict.scenarios.count
    hits = int(best.books.insolvent.sum())
    said = f"Its cash runs out in {hits} of {count} futures (a chance of {signed(_percents(best.insolvency))})"
    others = [verdict.lived[name] for name in verdict.ranking[1:]]
    worst = max(others, key=lambda one: one.insolvency.mean)
    safest = min(others, key=lambda one: one.insolvency.mean)
    if safest.insolvency.mean < best.insolvency.mean:
        return f"{said}, against {int(safest.books.insolvent.sum())} with {safest.strategy.title}."
    if worst.insolvency.mean > best.insolvency.mean:
        return f"{said}, against {int(worst.books.insolvent.sum())} with {worst.strategy.title}."
    return f"{said}, as in all other strategies."


def _percents(middle: Interval) -> str:
    low, high = (f"{100 * end:.0f}" for end in (middle.low, middle.high))
    return f"{100 * middle.mean:.0f} %, {low} to {high} %"


def _reached(compared: Compared) -> str:
    verdict = compared.verdict
    of_a_line, months = verdict.site.ground.of_a_line, verdict.scenarios.months
    reached = {name: one.months_to_80(of_a_line) for name, one in verdict.lived.items()}
    if not any(np.isfinite(values).any() for values in reached.values()):
        return f"No strategy reaches 80 % of the nameplate of its lines within the {months} months."
    best = verdict.ranking[0]
    lines = float(np.mean([len(life.ordered) for life in verdict.lived[best].lives]))
    its = "line" if lines == 1 else f"{lines:.3g} lines"
    what = f"80 % of the nameplate of its {its}, {lines * of_a_line:.3g} GWh/yr,"
    there = reached[best][np.isfinite(reached[best])]
    if not there.size:
        said = f"It never reaches {what[:-1]} within the {months} months"
    else:
        low, high = np.quantile(there, (0.025, 0.975))
        share = "all" if there.size == len(reached[best]) else f"{there.size} of {len(reached[best])}"
        said = f"It reaches {what} after {np.median(there):.0f} months ({low:.0f} to {high:.0f}) in {share} futures"
    if verdict.lived[best].books.insolvent.any():
        said += ", were all bills paid"
    median = {name: float(np.median(values)) for name, values in reached.items()}
    soonest = min(median, key=lambda name: (median[name], name != best))
    # as many months as are told
    if np.isfinite(median[soonest]) and f"{median[soonest]:.0f}" != f"{median[best]:.0f}":
        return f"{said}; {title_of(compared, soonest)} is there soonest with its own, after {median[soonest]:.0f}."
    return f"{said}; no other is there sooner with its own."


def _cost(compared: Compared) -> str:
    from optimize.pages.board_tables import last_year

    best = _best(compared)
    year = last_year(best)
    cost, price = best.cost_by_year[year], best.revenue_by_year[year]
    if cost is None or price is None:
        return f"In year {year + 1} too few of its futures still make cells to name the cost of a kWh."
    less = "less" if cost.mean < price.mean else "more"
    return (
        f"In year {year + 1}, when it is mature, a good kWh costs {spread(cost)} USD, "
        f"{less} than the {spread(price)} USD for which it is sold."
    )


def nearest(swings: Sequence[Swing], at: Callable[[Swing], float | None]) -> list[tuple[Swing, float]]:
    """Return the inputs that turn something round within their range, and where, those with the shortest way first.

    Args:
        swings: of all inputs.
        at: returns the value at which an input does it, None for nowhere.
    """
    found = [(swing, value) for swing in swings if (value := at(swing)) is not None]
    return sorted(found, key=lambda one: abs(one[1] - one[0].value) / (one[0].high - one[0].low))


def flip_in_words(swing: Swing, flips_at: float) -> str:
    """Return at which value of an input the ranking flips, beside its declared value."""
    way = "falls below" if flips_at < swing.value else "rises above"
    declared = quantity_in_words(swing.what, swing.value, 3)
    # where it flips is known to two digits at most; a third only tells it from what is expected
    told = [quantity_in_words(swing.what, flips_at, digits) for digits in (2, 3)]
    at = told[0] if told[0] != quantity_in_words(swing.what, swing.value, 2) else told[1]
    return f"{QUANTITY[swing.what][0]} {way} {at} (expected: {declared})"


def _flips(compared: Compared) -> str:
    found = nearest(compared.swings, lambda one: one.flips_at)
    if not found:
        count = len(compared.swings)
        said = f"None of the {count} uncertain inputs, alone and within its range, makes another strategy the best"
    else:
        told = [
            f"{title_of(compared, swing.instead)} when the {flip_in_words(swing, value)}"
            for swing, value in found[:_TOLD]
        ]
        head = (
            "The best is"
            if compared.verdict.decided()
            else "As the lead is within chance, little flips it: the best is"
        )
        said = f"{head} {listed(told, 'or')}{_more(found, 'can flip it')}"
    even = nearest(compared.swings, lambda one: one.even_at)
    if not even:
        return f"{said}."
    better = "building nothing is better" if _best(compared).npv.mean >= 0 else "building something is better"
    told = [f"the {flip_in_words(swing, value)}" for swing, value in even[:_TOLD]]
    return f"{said}; {better} when {listed(told, 'or')}{_more(even, 'can do it')}."


def _more(found: Sequence[object], can: str) -> str:
    """Say how many more inputs there are than those that are told."""
    more = len(found) - _TOLD
    return f" ({more} more input{'' if more == 1 else 's'} {can})" if more > 0 else ""


def at_edge(compared: Compared) -> str:
    """Return which strategies take the most engineers that were tried, in a sentence."""
    found = [title_of(compared, name) for name, one in compared.at_best.items() if one.at_edge]
    if not found:
        return "No strategy takes the most that were tried, so the best number lies inside."
    takes = "takes" if len(found) == 1 else "take"
    return f"{listed(found)} {takes} the most that were tried: still more may be worth more."


def beside_nothing(compared: Compared) -> str:
    """Return what each strategy is worth beside building nothing, which costs and brings nothing, in a sentence."""
    verdict = compared.verdict
    worth = {name: one.npv for name, one in verdict.lived.items()}
    worse = [title_of(compared, name) for name in verdict.ranking if worth[name].high < 0]
    unsure = [title_of(compared, name) for name in verdict.ranking if worth[name].low <= 0 <= worth[name].high]
    at_best = ", each at its best" if compared.at_best and len(worse) > 1 else ""
    if worse:
        said = f"Building nothing, worth 0 MUSD, is better than {listed(worse)}{at_best}"
    elif unsure:
        said = "No strategy is told to be worse than building nothing, worth 0 MUSD"
    else:
        return "Every strategy is worth more than building nothing, worth 0 MUSD."
    return f"{said}; of {listed(unsure)} {verdict.scenarios.count} futures leave it open." if unsure else f"{said}."


def settled(compared: Compared) -> str:
    """Return which strategies are better not built, and whether promises and books agree, in sentences."""
    said = _idle(compared)
    loose = [title_of(compared, name) for name, one in compared.at_best.items() if not one.settled]
    count = sum(len(one.rounds) for one in compared.at_best.values())
    were = "plan beside what was declared was" if count == 1 else "plans beside what was declared were"
    end = f"for {listed(loose)} it would still offer another" if loose else "in the end the model has no other to offer"
    return f"{said} {count or 'No'} {were} lived; {end}.".lstrip()


def kept(compared: Compared) -> str:
    """Return what is left in all futures of what plans were worth in the few of their planning, in sentences."""
    planned = {name: one for name, one in compared.at_best.items() if one.finals}
    if not planned:
        return ""
    study, count = compared.verdict.site.study, compared.verdict.scenarios.count
    change = [compared.verdict.lived[name].npv.mean - one.finals[0].at_first for name, one in planned.items()]
    mean, least, most = (signed(rounded(value, 0)) for value in (float(np.mean(change)), min(change), max(change)))
    flattery = max(flattered(one.finals) for one in planned.values())
    return (
        f"From the {study.planned} futures of planning to all {count} the value of what was taken changes by {mean} "
        f"MUSD on average ({least} to {most}). That the best of several is told of in the futures in which it was "
        f"chosen flatters none by more than {rounded(flattery, 0)} MUSD, by futures drawn anew from these."
    )


def _idle(compared: Compared) -> str:
    """Say which strategies the planning model would not build, and what it planned of them."""
    idle = [title_of(compared, name) for name, one in compared.at_best.items() if one.idle]
    if not idle:
        return ""
    said = f"Of {listed(idle)} the best plan is to build nothing, worth 0 MUSD."
    must = compared.verdict.site.study.must_build
    if must is None:
        return said
    lines = "one line" if must.lines == 1 else f"{must.lines} lines"
    soon = f"within {must.within} months of when that can first be" if must.within else "as soon as that can be"
    return f"{said} What stands here of them is the best plan that builds: at least {lines}, ordered {soon}."
