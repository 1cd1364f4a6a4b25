"""What every declared object shares: frozen, complete, and deaf to keys it does not know."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Declared(BaseModel):
    """Something a file declares and the simulator runs: one object, checked once, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")
