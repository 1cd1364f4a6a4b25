"""A plant at one moment, as a file: futures begin where a run was saved."""

from twin.present.branch import branch_from, present_of, world_of
from twin.present.file import Present, read_present, refuse_to_save, write_present
from twin.present.from_flow import world_of_flow
from twin.present.to_flow import set_flow_going

__all__ = [
    "Present",
    "branch_from",
    "present_of",
    "read_present",
    "refuse_to_save",
    "set_flow_going",
    "world_of",
    "world_of_flow",
    "write_present",
]
