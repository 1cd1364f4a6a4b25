"""Solve, simulate the plan, learn from where the twin disagrees, and solve again, until both say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import mean

from optimize.cache import Cache
from optimize.explore import Answer, Explored, Response, around, ask, asked, explore
from optimize.figures import Interval, interval
from optimize.gather import Accounts, accounts, plan_data
from optimize.learn import Effects, learn, relearnt
from optimize.model import Chosen
from optimize.plan_data import PlanData
from optimize.question import Question
from optimize.rounds import CLOSE, Round, predicted_figures
from optimize.solve import HIGHS, Solution, Solver, check_solver, solve
from optimize.workers import Pool, Tell, ask_all, hired

# a plan that promises less than this over the best simulated one is not worth a simulation
MATTERS = 0.002


@dataclass(frozen=True)
class Plan:
    """An answered study.

    Attributes:
        question: what was asked.
        status: "optimal" when the twin makes what the model promised and no untried plan promises more; "time limit"
            when the solver did not close its gap on the way; "not settled" when the rounds ended before; "misses the
            demand" or "misses a limit" when the twin says so of every plan tried; "infeasible" when the limits clash.
        chosen: the best plan that the twin confirms, or the one that comes closest; None without any.
        rounds: every plan that was tried, in order.
        explored: what the twin said about the plant as declared and its options before there was a plan.
        effects: what was learnt of it.
        data: the numbers of the model, exact at the chosen plan.
        bound: no untried plan is better than this by the model [USD/yr, cell/yr or J/yr]; None when unknown.
        solver: how it was solved.
        simulations: runs of the twin that were needed, those remembered from earlier too.
        faults: options and plans with which the plant makes nothing, in words.
    """

    question: Question
    status: str
    chosen: Round | None
    rounds: Sequence[Round]
    explored: Explored
    effects: Effects
    data: PlanData
    bound: float | None = None
    solver: Solver = HIGHS
    simulations: int = 0
    faults: Sequence[str] = ()

    @property
    def gap(self) -> float | None:
        """How much better an untried plan may be, by the model, relative to the chosen one's goal in the twin [-]."""
        if self.chosen is None or self.bound is None:
            return None
        best = self.chosen.goal().mean
        better = best - self.bound if self.data.goal in ("cost", "energy") else self.bound - best
        return max(0.0, better) / max(abs(best), 1e-12)


@dataclass(frozen=True)
class Centre:
    """A point at which the model says what the twin says.

    Attributes:
        choice: the options there.
        answers: the twin's.
    """

    choice: Mapping[str, str]
    answers: Sequence[Answer]


@dataclass
class Loop:
    """One refinement under way.

    Attributes:
        question: what is asked.
        solver: how models are solved.
        workers: processes; the answer does not depend on it.
        tell: called with what is being done.
        cache: what was answered before.
        known: what servers take.
        effects: what options change.
        centre: where the model is exact.
        rounds: plans tried.
        simulations: runs asked.
        faulty: plans with which the plant makes nothing, and why.
    """

    question: Question
    solver: Solver
    workers: int | Pool
    tell: Tell | None
    cache: Cache | None
    known: Accounts
    effects: Effects
    centre: Centre
    rounds: list[Round] = field(default_factory=list)
    simulations: int = 0
    faulty: list[tuple[Solution, str]] = field(default_factory=list)

    @property
    def known_plans(self) -> list[Chosen]:
        """Plans that need not be found again."""
        return [tried.solution.plan for tried in self.rounds] + [solution.plan for solution, _ in self.faulty]

    def data(self, answers: Sequence[Answer] | None = None) -> PlanData:
        """Return the numbers of the model, exact at the centre."""
        return plan_data(self.question, self.known, self.effects, self.centre.choice, answers or self.centre.answers)

    def predicted(self, solution: Solution) -> dict[str, Interval]:
        """Return the figures of a plan by the model; their intervals are those of what it was learnt from."""
        middle = predicted_figures(self.question, self.data(), solution)
        each = [predicted_figures(self.question, self.data([answer]), solution) for answer in self.centre.answers]
        found = {}
        for name, value in middle.items():
            spread = interval([one[name] for one in each])
            found[name] = Interval(value, value + spread.low - spread.mean, value + spread.high - spread.mean)
        return found

    def simulate(self, solution: Solution, what: str, first: int = 0) -> Response:
        """Return what the twin says about a plan, from a number of replication on."""
        settings = self.question.settings(*solution.plan)
        runs = asked(self.question, settings, self.question.study.replications, first)
        self.simulations += len(runs)
        return Response(settings, ask_all(ask, runs, self.workers, what, self.tell, self.cache))

    def try_plan(self, solution: Solution) -> None:
        """Simulate a plan, and make the model exact there; where options did what was not expected, look closer."""
        data = self.data()
        response = self.simulate(solution, f"plan {len(self.rounds) + len(self.faulty) + 1}")
        if response.fault:
            self.faulty.append((solution, response.fault))
            return
        tried = Round(solution, data, self.predicted(solution), response)
        self.rounds.append(tried)
        moved = {g: o for g, o in solution.choice.items() if o != self.centre.choice[g]}
        if moved and strayed(data, tried):
            self._look_around(tried, list(moved))
        self.centre = Centre(solution.choice, response.answers)

    def _look_around(self, tried: Round, moved: Sequence[str]) -> None:
        """Ask the twin about the options next to a plan's, and learn from it."""
        choice, servers = tried.solution.plan
        near = {group: self.question.groups[group].neighbours(choice[group]) for group in moved}
        what = f"around plan {len(self.rounds)}"
        seen = around(self.question, choice, servers, near, what, self.workers, self.tell, self.cache)
        self.simulations += seen.runs - len(seen.base.answers)
        self.effects = relearnt(self.effects, self.question.groups, choice, seen)

    def prove(self, number: int) -> Round | None:
        """Simulate a plan again with luck that the model has not seen; None when the plant makes nothing then."""
        tried = self.rounds[number]
        self.centre = Centre(tried.solution.choice, tried.response.answers)
        corrected = self.predicted(tried.solution)
        proof = self.simulate(tried.solution, f"proof of plan {number + 1}", self.question.study.replications)
        if proof.fault:
            self.faulty.append((self.rounds.pop(number).solution, proof.fault))
            return None
        self.rounds[number] = replace(tried, corrected=corrected, proof=proof)
        return self.rounds[number]


def optimize(
    question: Question,
    workers: int | Pool = 1,
    tell: Tell | None = None,
    cache: Cache | None = None,
    solver: Solver = HIGHS,
) -> Plan:
    """Answer a study.

    Args:
        question: the study and its plant.
        workers: processes; the answer does not depend on it.
        tell: called with what is being done, how many runs are over and how many there are.
        cache: what the twin was asked before.
        solver: how models are solved.

    Raises:
        InputError: the solver is not there.
    """
    check_solver(solver)
    with hired(workers) as pool:
        explored = explore(question, pool, tell, cache)
        effects = learn(question.groups, explored)
        centre = Centre(question.base, explored.base.answers)
        loop = Loop(question, solver, pool, tell, cache, accounts(question), effects, centre)
        loop.simulations = explored.runs
        status, bound = _refine(loop)
    best = best_of(loop.rounds)
    chosen = closest(loop.rounds) if best is None else loop.rounds[best]
    if chosen is not None:
        loop.centre = Centre(chosen.solution.choice, chosen.response.answers)
    return Plan(
        question,
        status,
        chosen,
        loop.rounds,
        explored,
        loop.effects,
        loop.data(),
        bound,
        solver,
        loop.simulations,
        list(_faults(loop, explored)),
    )


def _faults(loop: Loop, explored: Explored) -> Iterator[str]:
    """Yield which options and plans make nothing, and why."""
    for group, options in explored.faults.items():
        yield from (f"with {group} at {option} the plant {why}" for option, why in options.items())
    for solution, why in loop.faulty:
        yield f"with {', '.join(solution.choice.values()) or 'other machine counts'} it {why}"


def _refine(loop: Loop) -> tuple[str, float | None]:
    """Try plans until none promises more than the best one; return the status, and the bound on all untried plans."""
    slow = False
    for _ in range(2 * loop.question.study.rounds):
        solution = solve(loop.data(), loop.solver, loop.known_plans)
        slow |= solution.status == "time limit"
        best = best_of(loop.rounds)
        if best is None and not solution.found:
            return solution.status if not loop.known_plans else _word(loop.rounds), solution.bound
        if best is not None and not (solution.found and promises_more(solution, loop.rounds[best])):
            # that it is the best so far may have been luck: once it is proved it may not be
            proved = loop.rounds[best].proof is not None
            tried = loop.rounds[best] if proved else loop.prove(best)
            if tried is None or tried.missed():
                continue
            bound = solution.bound if solution.found else tried.goal().mean
            return ("time limit" if slow else "optimal") if tried.agrees else "not settled", bound
        if len(loop.known_plans) >= loop.question.study.rounds:
            break
        loop.try_plan(solution)
    return ("not settled" if best_of(loop.rounds) is not None else _word(loop.rounds)), None


def _word(rounds: Sequence[Round]) -> str:
    """Return what is wrong with plans that all miss something, or make nothing."""
    return "misses the demand" if all("demand" in tried.missed() for tried in rounds) else "misses a limit"


def strayed(data: PlanData, tried: Round) -> bool:
    """Return whether options changed rates, yields or cost by something that the model did not expect."""
    choice, servers = tried.solution.plan
    expected = data.output(choice, servers) / data.reach.at(choice)
    seen = mean(answer.output / answer.reach for answer in tried.response.answers)
    pairs = [(expected, seen)]
    for name in ("material", "revenue", "first_pass"):
        pairs.append((data.for_cell(name, choice), mean(a.per_cell[name] for a in tried.response.answers)))
    return any(abs(one - other) > CLOSE * abs(other) for one, other in pairs)


def promises_more(solution: Solution, best: Round) -> bool:
    """Return whether a plan is predicted to be better than a simulated one by more than matters."""
    assert solution.objective is not None
    data, goal = best.data, best.goal().mean
    gain = goal - solution.objective if data.goal in ("cost", "energy") else solution.objective - goal
    cost = sum(data.cost(*best.solution.plan, best.solution.good).values())
    return gain > MATTERS * max(abs(goal), cost if data.goal == "profit" else 0.0)


def best_of(rounds: Sequence[Round]) -> int | None:
    """Return the number of the best plan that the twin does not refuse; None when it refuses all."""
    good = [number for number, tried in enumerate(rounds) if not tried.missed()]
    if not good:
        return None
    small = rounds[0].data.goal in ("cost", "energy")
    return (min if small else max)(good, key=lambda number: rounds[number].goal().mean)


def closest(rounds: Sequence[Round]) -> Round | None:
    """Return the plan that misses the fewest limits, and of those the one that makes most."""
    return min(rounds, key=lambda tried: (len(tried.missed()), -tried.output().mean), default=None)
