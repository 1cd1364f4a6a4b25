"""The planning model: how many machines, and which recipe, make the demand at least cost."""

from __future__ import annotations

from typing import Any

from optimize.model.capacity import add_capacity
from optimize.model.operation import add_operation
from optimize.model.value import add_value
from optimize.plan_data import PlanData

__all__ = ["build"]


def build(data: PlanData) -> Any:
    """Return the model as a ``pyomo.environ.ConcreteModel``."""
    import pyomo.environ as pyo

    model = pyo.ConcreteModel(name="plan")
    model.stations = pyo.Set(initialize=data.stations, doc="stations in factory order")
    model.recipes = pyo.Set(initialize=data.recipes, doc="settings that one is chosen of")
    add_operation(model, data)  # which recipe, and what flows where
    add_capacity(model, data)  # machines that can carry the flow
    add_value(model, data)  # what it costs
    return model
