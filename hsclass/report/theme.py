"""The theme of the report: colours and type of the page (CSS variables) and of its figures (matplotlib parameters)."""

from typing import Any

LIGHT = {
    "ink": "#1f2933", "quiet": "#55616b", "line": "#d9dfe4", "frame": "#9aa5b1", "pale": "#f5f7f9", "paper": "#ffffff",
    "leaky": "#c2410c", "leaky-ink": "#8f2f08", "leaky-pale": "#fff3ec", "leaky-stripe": "#fbd9c6",
    "safe": "#0b6e99", "safe-ink": "#0a5a7d", "safe-pale": "#eaf5fa", "safe-line": "#9ccbe0",
    "wrong": "#dc6b20",
}  # fmt: skip
"""Colours of the page on a screen."""

PRINT = {"quiet": "#3f4a54", "line": "#b5bfc8"}
"""Colours that differ on paper."""

SPLITS = (LIGHT["safe"], "#1f7d5a", "#6d5bd0", "#8a6d1d", "#b0447e", "#44617b")
"""Colours of the splits without leakage, in their order; a leaky split has that of leakage."""

MODELS = ("#27408b", "#1a9988", "#b0307f", "#8a6d1d", "#1f2933", "#4d9de0", "#7a9a01", "#7b4fc9")
"""Colours of the models; none is that of leakage."""

TRAINING, VALIDATION = LIGHT["safe"], "#d97706"

HIGHER, LOWER = LIGHT["safe"], "#6d5bd0"
"""Signs of a difference between two models."""


def css_variables() -> str:
    """Return the colours as CSS: variables for a screen, and what differs on paper."""
    return f":root {{ {_declared(LIGHT)} }}\n@media print {{ :root {{ {_declared(PRINT)} }} }}"


def figure_parameters() -> dict[str, Any]:
    """Return what differs from matplotlib's default parameters; sizes in px, as figures have 72 dots an inch."""
    quiet, line = LIGHT["quiet"], LIGHT["line"]
    return {
        "svg.fonttype": "none", "figure.dpi": 72, "savefig.transparent": True,
        "font.family": "DejaVu Sans", "font.size": 11, "text.color": LIGHT["ink"],
        "axes.spines.left": False, "axes.spines.right": False, "axes.spines.top": False, "axes.spines.bottom": False,
        "axes.facecolor": "none", "axes.axisbelow": True, "axes.grid": True, "axes.grid.axis": "y",
        "axes.labelcolor": quiet, "axes.labelsize": 11, "axes.titlelocation": "left", "axes.titlesize": 13,
        "axes.titleweight": "bold", "axes.titlepad": 5, "axes.xmargin": 0, "grid.color": line,
        "xtick.color": quiet, "ytick.color": quiet, "xtick.major.size": 0, "ytick.major.size": 0,
        "xtick.major.pad": 6, "ytick.major.pad": 6,
        "lines.linewidth": 1.6, "lines.markersize": 6, "lines.markeredgewidth": 1.3,
        "hatch.linewidth": 1.6,
        "figure.constrained_layout.w_pad": 0.03, "figure.constrained_layout.h_pad": 0.03,
    }  # fmt: skip


def _declared(colors: dict[str, str]) -> str:
    return " ".join(f"--{name}: {color};" for name, color in colors.items())
