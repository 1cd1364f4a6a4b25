"""The same plant in machine code: what it runs, it writes into the journal as the flow does."""

from twin.compiled.support import has_physics, why_not_compiled

__all__ = ["has_physics", "why_not_compiled"]
