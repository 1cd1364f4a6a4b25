"""A plant at one moment, as a file: futures begin where a run was saved."""

from twin.present.branch import (
    branch_from,
    go_on,
    is_timed,
    present_of,
    present_of_plant,
    present_of_workshop,
    world_of,
)
from twin.present.file import Present, read_present, refuse_to_save, write_present

__all__ = [
    "Present",
    "branch_from",
    "go_on",
    "is_timed",
    "present_of",
    "present_of_plant",
    "present_of_workshop",
    "read_present",
    "refuse_to_save",
    "world_of",
    "write_present",
]
