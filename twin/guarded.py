"""Commands whose failures become a message and an exit code."""

from __future__ import annotations

from textwrap import fill
from typing import Any

import typer
from typer.core import TyperGroup


class Guarded(TyperGroup):
    """Commands that end with exit code 2 for bad input, and 1 for a fault or an interruption."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        from twin.problems import InputError

        try:
            return super().invoke(ctx)
        except InputError as error:
            for problem in error.problems:
                _complain(str(problem), hang=4)
            raise typer.Exit(2) from None
        except KeyboardInterrupt as error:
            _complain(_with_notes("interrupted", error))
            raise typer.Exit(1) from None
        except BrokenPipeError:
            # who reads our output has seen enough; typer ends quietly
            raise
        except Exception as error:
            # usage errors and leaving are typer's own business
            if type(error).__module__.startswith(("typer", "click")):
                raise
            raise typer.Exit(_fault(error)) from None


def _fault(error: Exception) -> int:
    from concurrent.futures.process import BrokenProcessPool

    from twin.flow.deadlock import Deadlock

    if isinstance(error, Deadlock):
        _complain(_with_notes(str(error), error))
    elif isinstance(error, OSError):
        place = f": {error.filename}" if error.filename else ""
        _complain(_with_notes(f"{error.strerror or error}{place}", error))
    elif isinstance(error, BrokenProcessPool):
        _complain(_with_notes("a worker process was killed; often the machine has run out of memory", error))
    else:
        import traceback

        traceback.print_exception(error)
        _complain("this is a fault of gigatwin, not of your input")
    return 1


def _with_notes(text: str, error: BaseException) -> str:
    """Return a message with what was noted on the way up, such as where what was made is."""
    return "; ".join([text, *getattr(error, "__notes__", ())])


def _complain(text: str, hang: int = 0) -> None:
    from rich.console import Console

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if console.is_terminal:
        # a program that reads along wants one line for each; a person wants to see where the next begins
        text = fill(text, console.width, subsequent_indent=" " * hang, break_long_words=False, break_on_hyphens=False)
    console.print(text, style="red", markup=False, emoji=False)
