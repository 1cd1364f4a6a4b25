"""The same plant in machine code: what it can run, it writes into the journal as the flow does."""

from twin.compiled.support import unsupported

__all__ = ["unsupported"]
