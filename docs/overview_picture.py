"""Draw the picture of the README: two splits of Indian Pines, and the accuracy of five models under both.

    python docs/overview_picture.py

Reads docs/images/default_run.csv, the figures of the default experiment, and writes docs/images/random_and_spatial.png.
"""

import csv
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

import hsclass
from hsclass.scene import Scene
from hsclass.split import Role

IMAGES = Path(__file__).parent / "images"
COLOURS = {Role.TRAIN: "#e8751a", Role.VALIDATION: "#f2c14e", Role.TEST: "#3b6fb6", Role.GUARD: "#4a4a4a"}
NAMES = {Role.TRAIN: "training", Role.VALIDATION: "validation", Role.TEST: "test", Role.GUARD: "guard (not used)"}


def main() -> None:
    """Draw the picture."""
    scene = hsclass.open_scene("indian_pines")
    figure = plt.figure(figsize=(11, 3.6), layout="constrained")
    axes = figure.subplot_mosaic([["random", "spatial", "accuracy"]], width_ratios=[1, 1, 1.6])
    for sampler, axis, title in (
        ("random", axes["random"], "random split"),
        ("dbscan_area", axes["spatial"], "spatial split"),
    ):
        draw_split(axis, scene, hsclass.make_split(scene, sampler, window=9).roles, title)
    with (IMAGES / "default_run.csv").open(encoding="utf-8", newline="") as file:
        draw_accuracies(axes["accuracy"], list(csv.DictReader(file)))
    handles = [Patch(color=colour, label=NAMES[role]) for role, colour in COLOURS.items()]
    figure.legend(handles=handles, loc="outside lower left", ncols=4, frameon=False, fontsize=9)
    figure.savefig(IMAGES / "random_and_spatial.png", dpi=110, metadata={"Software": None})


def draw_split(axis: Axes, scene: Scene, roles: np.ndarray, title: str) -> None:
    """Draw the roles of the labelled pixels over the mean of all bands."""
    axis.imshow(scene.cube.mean(axis=2), cmap="gray")
    shown = np.ma.masked_equal(roles, Role.UNUSED)
    axis.imshow(shown, cmap=ListedColormap(list(COLOURS.values())), vmin=1, vmax=4, interpolation="nearest")
    axis.set_title(title, fontsize=11)
    axis.axis("off")


def draw_accuracies(axis: Axes, rows: list[dict[str, str]]) -> None:
    """Draw a line for each model, from its accuracy under the spatial split to that under the matched random split."""
    for place, row in enumerate(reversed(rows)):
        spatial, random = float(row["dbscan_area"]), float(row["matched_random"])
        axis.plot([spatial, random], [place, place], color="#9aa3ad", linewidth=3, zorder=1)
        axis.scatter([spatial], [place], color="#1d2733", s=70, zorder=2, label=None if place else "spatial split")
        axis.scatter(
            [random],
            [place],
            color="white",
            edgecolor="#1d2733",
            linewidth=2,
            marker="D",
            s=60,
            zorder=2,
            label=None if place else "random split with the same class counts",
        )
        text = f"+{row['optimism']}  ({row['optimism_low']} to {row['optimism_high']})"
        axis.text(random + 0.03, place, text, va="center", fontsize=9)
    axis.set_yticks(range(len(rows)), [row["model"] for row in reversed(rows)])
    axis.set(xlim=(0, 1.35), ylim=(-0.6, len(rows) - 0.4), xlabel="overall accuracy")
    axis.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    axis.set_title("accuracy and difference with 95 % interval", fontsize=11)
    axis.legend(loc="upper center", bbox_to_anchor=(0.4, -0.2), ncols=2, frameon=False, fontsize=9)
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(axis="y", length=0)


if __name__ == "__main__":
    main()
