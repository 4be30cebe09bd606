"""Drawing of charts as PNG files, small enough for a phone.

It takes 0.1 s, so never do it within a transaction.
"""

from __future__ import annotations

import hashlib
import io
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from conversations.reply import Bars, Chart
from core.people.files.model import Checked

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INCHES: Final = (6.0, 3.4)
DOTS_PER_INCH: Final = 160
POINTS: Final = 12  # font size; a phone shows the picture three inches wide
SELLERS, OWN, LINE, BACKGROUND = "#2f6f4f", "#d9822b", "#333333", "#fbfaf7"
ROWS: Final = 5  # dots alternate between so many rows, so that equal prices stay apart


def drawn(chart: Chart | Bars) -> Checked:
    """Return the picture as a file to be sent."""
    # Imported here, because they cost every start half a second and few processes draw.
    from matplotlib import rcParams  # noqa: PLC0415 - see above
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - see above
    from matplotlib.figure import Figure  # noqa: PLC0415 - see above

    rcParams["text.parse_math"] = False  # a name with two dollars in it is a name
    figure = Figure(figsize=INCHES, dpi=DOTS_PER_INCH, facecolor=BACKGROUND, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(facecolor=BACKGROUND)
    axes.set_title(chart.title, fontsize=POINTS, fontweight="bold")
    axes.tick_params(labelsize=POINTS - 1)
    axes.spines[["left", "right", "top"]].set_visible(False)
    if isinstance(chart, Chart):
        _dots(axes, chart)
    else:
        _bars(axes, chart)
    written = io.BytesIO()
    figure.savefig(written, format="png")
    content = written.getvalue()
    return Checked("chart.png", "image/png", content, hashlib.sha256(content).hexdigest())


def _dots(axes: Axes, chart: Chart) -> None:
    rows = [number % ROWS for number in range(len(chart.values))]
    axes.scatter(chart.values, rows, s=110, color=SELLERS, alpha=0.55, linewidths=0)
    if chart.own:
        axes.scatter(chart.own, [ROWS / 2 - 0.5] * len(chart.own), s=150, marker="D", color=OWN, label=chart.own_label)
    axes.axvline(chart.middle, color=LINE, linewidth=1.6, label=chart.middle_label)
    axes.set(yticks=[], ylim=(-0.9, ROWS - 0.1))
    axes.set_xlabel(chart.scale, fontsize=POINTS)
    axes.grid(axis="x", color=LINE, alpha=0.12)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.28), ncols=1, frameon=False, fontsize=POINTS)
    if chart.other_scale is not None:
        factor, name = chart.other_scale
        above = axes.secondary_xaxis("top", functions=(partial(np.multiply, factor), partial(np.multiply, 1 / factor)))
        above.set_xlabel(name, fontsize=POINTS)
        above.tick_params(labelsize=POINTS - 1)
        above.spines["top"].set_alpha(0.3)


def _bars(axes: Axes, chart: Bars) -> None:
    places = range(len(chart.heights))
    drawn_bars = axes.bar(places, chart.heights, color=SELLERS, width=0.62)
    axes.bar_label(drawn_bars, chart.labels, padding=3, fontsize=POINTS - 1)
    axes.set_xticks(places, chart.names)
    axes.set(yticks=[], ylim=(0, max(chart.heights) * 1.18))
    axes.tick_params(axis="x", length=0)
