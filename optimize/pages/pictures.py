"""What all pictures share: colours told apart by everybody, files, axes and labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from optimize.figures import Interval

# Okabe and Ito's colours, told apart by every kind of colour vision
BLUE, ORANGE, GREEN, PINK, SKY, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#6b6b6b"
# narrow enough to be read on a phone [in]
WIDTH = 6.2
_STYLE: dict[Any, Any] = {
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "svg.fonttype": "path",
    "svg.hashsalt": "gigatwin",
}


def draw(folder: Path, pictures: Mapping[str, Callable[[], Any]]) -> dict[str, str]:
    """Write pictures as PNG and SVG files.

    Args:
        folder: where to.
        pictures: what draws each, by name.

    Returns:
        The SVG of each, to stand in a page.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    with plt.rc_context(_STYLE):
        return {name: _save(drawn(), folder, name) for name, drawn in pictures.items()}


def _save(figure: Any, folder: Path, name: str) -> str:
    import matplotlib.pyplot as plt

    figure.savefig(folder / f"{name}.png", dpi=150)
    # everything has its place now, and need not be laid out once more
    figure.set_layout_engine("none")
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)
    svg = (folder / f"{name}.svg").read_text(encoding="utf-8")
    return svg[svg.index("<svg") :]


def axes_of(width: float, height: float, rows: int, columns: int, squeeze: bool = True) -> tuple[Any, Any]:
    """Return a figure and its axes, an array where there are several, or always when they are not squeezed."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(rows, columns, figsize=(width, height), layout="constrained", squeeze=squeeze)
    return figure, axes


def whiskers(found: Sequence[Interval]) -> list[list[float]]:
    """Return the arms of error bars. Shape (2, found)."""
    return [[middle.mean - middle.low for middle in found], [middle.high - middle.mean for middle in found]]


def leave_room(axis: Any, values: Sequence[float], which: str = "y") -> None:
    """Leave room around the values, even when they are all the same."""
    low, high = min(values), max(values)
    space = 0.25 * (high - low) or 0.05 * abs(high) or 1.0
    (axis.set_ylim if which == "y" else axis.set_xlim)(low - space, high + space)


def number(value: float, sign: str = "-") -> str:
    """Return a number as it stands in a picture."""
    text = f"{value:{sign},.0f}" if abs(value) >= 1000 else f"{value:{sign}.4g}"
    return text.replace("-", "\N{MINUS SIGN}")


def thousands(axis: Any) -> None:
    """Write large numbers on the axis as 200k or 5M."""
    from matplotlib.ticker import EngFormatter

    if max(map(abs, axis.get_xlim())) >= 10_000:
        axis.xaxis.set_major_formatter(EngFormatter(sep=""))
