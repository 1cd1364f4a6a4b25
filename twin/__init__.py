"""gigatwin's simulation: one run in, one journal out.

The public names are imported when they are first used, so that ``import twin`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twin.cost import costs as costs
    from twin.flow.deadlock import Deadlock as Deadlock
    from twin.folder import open_run as open_run
    from twin.folder import run_in_folder as run_in_folder
    from twin.folder import versions as versions
    from twin.journal import Journal as Journal
    from twin.kpi import kpis as kpis
    from twin.kpi import summarise as summarise
    from twin.line import Line as Line
    from twin.line import line_sha256 as line_sha256
    from twin.plant_cost import UnitCosts as UnitCosts
    from twin.plant_cost import unit_costs as unit_costs
    from twin.problems import InputError as InputError
    from twin.problems import Problem as Problem
    from twin.problems import did_you_mean as did_you_mean
    from twin.ramp.learning import Ramp as Ramp
    from twin.ramp.learning import ramp_up as ramp_up
    from twin.ramp.mature import Mature as Mature
    from twin.ramp.mature import mature_line as mature_line
    from twin.ramp.pace import pace_of as pace_of
    from twin.ramp.priors import Module as Module
    from twin.ramp.priors import Priors as Priors
    from twin.ramp.priors import Programme as Programme
    from twin.ramp.priors import read_priors as read_priors
    from twin.read import find_line as find_line
    from twin.read import known_lines as known_lines
    from twin.read import lines_folder as lines_folder
    from twin.read import read_declared as read_declared
    from twin.read import read_line as read_line
    from twin.read.document import Document as Document
    from twin.read.futures import read_futures as read_futures
    from twin.read.provenance import Provenance as Provenance
    from twin.read.shipped import find_declared as find_declared
    from twin.report import write_report as write_report
    from twin.report.sankey import FlowWords as FlowWords
    from twin.report.sankey import draw_flow as draw_flow
    from twin.results import ResultFiles as ResultFiles
    from twin.results import results_folder as results_folder
    from twin.run import Run as Run
    from twin.run import Save as Save
    from twin.scenario.futures import QUANTITIES as QUANTITIES
    from twin.scenario.futures import Futures as Futures
    from twin.scenario.market import Milestone as Milestone
    from twin.scenario.sample import Scenarios as Scenarios
    from twin.scenario.sample import sample_futures as sample_futures
    from twin.settings import changes as changes
    from twin.settings import knobs as knobs
    from twin.settings import turn as turn
    from twin.simulation import check_run as check_run
    from twin.simulation import simulate as simulate
    from twin.sizing import capacity as capacity
    from twin.trace import recall as recall
    from twin.trace import trace_cell as trace_cell
    from twin.units import Area as Area
    from twin.units import Energy as Energy
    from twin.units import EnergyPerYear as EnergyPerYear
    from twin.units import Fraction as Fraction
    from twin.units import HoursPerYear as HoursPerYear
    from twin.units import Interval as Interval
    from twin.units import Money as Money
    from twin.units import Positive as Positive
    from twin.units import Power as Power
    from twin.units import Unit as Unit
    from twin.units import split as split
    from twin.values import Input as Input
    from twin.values import declared_value as declared_value
    from twin.values import inputs as inputs
    from twin.values import put as put
    from twin.workers import Pool as Pool
    from twin.workers import crew as crew
    from twin.workers import hired as hired

_HOME = {
    "FlowWords": "report.sankey",
    "draw_flow": "report.sankey",
    "Energy": "units",
    "Interval": "units",
    "Positive": "units",
    "Provenance": "read.provenance",
    "lines_folder": "read",
    "did_you_mean": "problems",
    "Deadlock": "flow.deadlock",
    "QUANTITIES": "scenario.futures",
    "Area": "units",
    "Document": "read.document",
    "EnergyPerYear": "units",
    "Fraction": "units",
    "Futures": "scenario.futures",
    "HoursPerYear": "units",
    "Milestone": "scenario.market",
    "Money": "units",
    "Power": "units",
    "split": "units",
    "Input": "values",
    "InputError": "problems",
    "Mature": "ramp.mature",
    "mature_line": "ramp.mature",
    "Module": "ramp.priors",
    "Programme": "ramp.priors",
    "Priors": "ramp.priors",
    "read_priors": "ramp.priors",
    "Ramp": "ramp.learning",
    "pace_of": "ramp.pace",
    "ramp_up": "ramp.learning",
    "Journal": "journal",
    "Line": "line",
    "Pool": "workers",
    "Problem": "problems",
    "ResultFiles": "results",
    "Run": "run",
    "Save": "run",
    "Scenarios": "scenario.sample",
    "Unit": "units",
    "UnitCosts": "plant_cost",
    "capacity": "sizing",
    "changes": "settings",
    "check_run": "simulation",
    "costs": "cost",
    "crew": "workers",
    "declared_value": "values",
    "find_declared": "read.shipped",
    "find_line": "read",
    "hired": "workers",
    "inputs": "values",
    "known_lines": "read",
    "knobs": "settings",
    "kpis": "kpi",
    "line_sha256": "line",
    "open_run": "folder",
    "put": "values",
    "read_declared": "read",
    "read_futures": "read.futures",
    "read_line": "read",
    "recall": "trace",
    "results_folder": "results",
    "run_in_folder": "folder",
    "sample_futures": "scenario.sample",
    "simulate": "simulation",
    "summarise": "kpi",
    "trace_cell": "trace",
    "turn": "settings",
    "unit_costs": "plant_cost",
    "versions": "folder",
    "write_report": "report",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'twin' has no attribute '{name}'")
    found = getattr(import_module(f"twin.{_HOME[name]}"), name)
    # a submodule of the same name would otherwise hide the function the next time
    globals()[name] = found
    return found
