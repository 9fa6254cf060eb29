"""The theme of the report: colours and type of the page (CSS variables) and of its figures (matplotlib parameters)."""

import re
from typing import Any

LIGHT = {
    "ink": "#1f2933", "quiet": "#55616b", "line": "#d9dfe4", "frame": "#9aa5b1", "pale": "#f5f7f9", "paper": "#ffffff",
    "leaky": "#c2410c", "leaky-ink": "#8f2f08", "leaky-pale": "#fff3ec", "leaky-stripe": "#fbd9c6",
    "safe": "#0b6e99", "safe-ink": "#0a5a7d", "safe-pale": "#eaf5fa", "safe-line": "#9ccbe0",
    "wrong": "#dc6b20", "validation": "#d97706",
    "split-2": "#1f7d5a", "split-3": "#6d5bd0", "split-4": "#8a6d1d", "split-5": "#b0447e", "split-6": "#44617b",
    "model-1": "#27408b", "model-2": "#1a9988", "model-3": "#b0307f", "model-4": "#86691b", "model-5": "#4d9de0",
    "model-6": "#7a9a01", "model-7": "#7b4fc9",
}  # fmt: skip
"""Colours of the page by day; no two are alike, so that the value of a colour names it."""

DARK = {
    "ink": "#e6eaee", "quiet": "#a9b4be", "line": "#39434d", "frame": "#66727e", "pale": "#1f262d", "paper": "#14191e",
    "leaky": "#fb923c", "leaky-ink": "#fdba74", "leaky-pale": "#33231a", "leaky-stripe": "#553420",
    "safe": "#5cc1ec", "safe-ink": "#8dd5f3", "safe-pale": "#152b36", "safe-line": "#2f6580",
    "wrong": "#e07b39", "validation": "#fbbf24",
    "split-2": "#5ec99b", "split-3": "#a99cf5", "split-4": "#d3b04b", "split-5": "#e587b8", "split-6": "#93b2cd",
    "model-1": "#8ea6f5", "model-2": "#4fd1bd", "model-3": "#ee7fc2", "model-4": "#d8b452", "model-5": "#7fc0f5",
    "model-6": "#b5d334", "model-7": "#b79bf0",
}  # fmt: skip
"""The same colours by night."""

PRINT = {"quiet": "#3f4a54", "line": "#b5bfc8"}
"""Colours that differ from those by day on paper."""

SPLITS = (LIGHT["safe"], *(LIGHT[f"split-{place}"] for place in range(2, 7)))
"""Colours of the splits without leakage, in their order; a leaky split has that of leakage."""

MODELS = (*(LIGHT[f"model-{place}"] for place in range(1, 5)), LIGHT["ink"], *(LIGHT[f"model-{n}"] for n in (5, 6, 7)))
"""Colours of the models; none is that of leakage."""

TRAINING, VALIDATION = LIGHT["safe"], LIGHT["validation"]

_NAMES = {color: name for name, color in LIGHT.items()}


def css_variables() -> str:
    """Return the colours as CSS variables: by day, by night where the reader or the system asks for it, on paper."""
    day, night = f"color-scheme: light; {_declared(LIGHT)}", f"color-scheme: dark; {_declared(DARK)}"
    return (
        f":root {{ {day} }}\n:root[data-theme=dark] {{ {night} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root:not([data-theme=light]) {{ {night} }} }}\n"
        f"@media print {{ :root, :root[data-theme] {{ {day} {_declared(PRINT)} }} }}"
    )


def as_variables(drawing: str) -> str:
    """Return a drawing with the colours of the theme as its variables, so that it follows the page."""
    return re.sub(
        "#[0-9a-f]{6}", lambda color: f"var(--{_NAMES[color[0]]})" if color[0] in _NAMES else color[0], drawing
    )


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
