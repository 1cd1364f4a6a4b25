"""The planning model: which machines and which options serve the goal best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimize.model.capacity import add_capacity
from optimize.model.limits import add_limits
from optimize.model.operation import add_operation
from optimize.model.products import add_products
from optimize.model.tried import Chosen, forbid
from optimize.model.value import add_value
from optimize.plan_data import PlanData

__all__ = ["Chosen", "build"]


def build(data: PlanData, tried: Sequence[Chosen] = (), only_more: bool = False) -> Any:
    """Return the model as a ``pyomo.environ.ConcreteModel``.

    Args:
        data: every number of it.
        tried: plans that are not wanted again.
        only_more: nor those that only add servers to one of them.
    """
    import pyomo.environ as pyo

    model = pyo.ConcreteModel(name="plan")
    add_products(model, data)  # which options
    flows = add_operation(model, data)  # what flows where
    add_capacity(model, data, flows)  # machines that can carry the flow
    add_value(model, data)  # what it costs and brings, and the goal
    add_limits(model, data)  # what a plan may take, and how good it must be
    forbid(model, data, tried, only_more)  # plans that are known already
    return model
