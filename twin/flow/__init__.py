"""Time, queues and capacity: the only folder that knows the clock."""

from twin.flow.deadlock import Deadlock
from twin.flow.plant import Plant

__all__ = ["Deadlock", "Plant"]
