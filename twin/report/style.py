"""How pictures look: one width that a phone shows at full size, and Okabe and Ito's colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# told apart by every kind of colour vision; Okabe and Ito (2008), Color Universal Design
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PINK = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
INK, SOFT, PALE = "#1d2430", "#5b6472", "#d5d9df"

# inches; a phone is about 360 points wide, so that letters stay as large as they are drawn
WIDTH = 4.7
_STYLE: dict[Any, Any] = {
    "font.size": 9.5,
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#e6e8ec",
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "svg.fonttype": "path",
    "svg.hashsalt": "gigatwin",
}


def draw(drawing: Callable[..., Any], *what: Any) -> Any:
    """Return the figure that a function draws, in this style; None when it has nothing to draw."""
    from matplotlib import rc_context

    with rc_context(_STYLE):
        return drawing(*what)


def save(figure: Any, folder: Path, name: str) -> str:
    """Write a figure as PNG and SVG, and return the SVG."""
    from matplotlib import rc_context

    folder.mkdir(parents=True, exist_ok=True)
    with rc_context(_STYLE):
        # laid out once for both files
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        figure.savefig(folder / f"{name}.png", dpi=160)
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
    return (folder / f"{name}.svg").read_text(encoding="utf-8")


def blank(height: float, width: float = WIDTH) -> tuple[Any, Any]:
    """Return a new figure and its one pair of axes [inches]."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def bars(height_of_one: float, names: Sequence[str], extra: float) -> tuple[Any, Any]:
    """Return axes for one horizontal bar a name, first name on top."""
    figure, axis = blank(extra + height_of_one * max(len(names), 2))
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(max(len(names), 2) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x")
    return figure, axis


def thousands(axis: Any, most: int = 5) -> None:
    """Write the numbers of one matplotlib Axis, which count something, with separators; ``most`` steps of them."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=most, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))


def number(value: float | None, digits: int = 3) -> str:
    """Write a number for people: separators from a thousand on, else so many significant digits."""
    if value is None:
        return "–"
    if abs(value) >= 999.5:
        return f"{value:,.0f}"
    text = f"{value:#.{digits}g}" if value else "0"
    return text.rstrip(".")


def short(value: float | None) -> str:
    """Write a large number in few letters."""
    if value is None:
        return "–"
    for size, letter in ((1e9, " bn"), (1e6, " M"), (1e4, " k")):
        if abs(value) >= size:
            scale = 1e3 if size == 1e4 else size
            return f"{value / scale:#.3g}".rstrip(".") + letter
    return f"{value:,.0f}"


def percent(share: float | None, digits: int = 1) -> str:
    """Write a share."""
    return "–" if share is None else f"{share:.{digits}%}".replace("%", " %")
