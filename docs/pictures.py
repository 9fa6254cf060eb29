"""Draw the pictures of docs/splits.md: the split that each sampler makes of Indian Pines.

    python docs/pictures.py [--window 9] [--seed 0]

Writes docs/images/samplers/NAME.png for every sampler and prints the text next to the picture: pixels in each role, and
the classes without a test pixel. No published masks come with hsclass, so `fixed` is drawn with a mask of the labelled
pixels in every other strip of columns.
"""

import argparse
import base64
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import hsclass
from hsclass.natural_colours import backdrop
from hsclass.report.pictures import split_picture
from hsclass.samplers import sampler_names
from hsclass.scene import Scene
from hsclass.split import Role, Split, write_split

FOLDER = Path(__file__).parent / "images" / "samplers"
ZOOM = 2
FOLDS = 5
STRIP = 20
"""Columns in a strip of the mask that `fixed` is drawn with."""
EXTRA = {"dbscan_area-fold": {"folds": FOLDS}}
"""Pictures in addition to those of the samplers with their defaults: the first fold of a cross-validation."""


def main() -> None:
    """Draw every sampler."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--window", type=int, default=9, help="side [pixels]")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    scene = hsclass.open_scene("indian_pines")
    image = np.repeat(np.repeat(backdrop(scene)[0], ZOOM, axis=0), ZOOM, axis=1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        needed = needed_options(scene, given, Path(folder))
        for name in [*sampler_names("pixels"), *EXTRA]:
            options = {**EXTRA.get(name, {}), **needed.get(name, {})}
            split = hsclass.make_split(scene, name.split("-")[0], window=given.window, seed=given.seed, **options)
            roles = np.repeat(np.repeat(split.roles, ZOOM, axis=0), ZOOM, axis=1)
            picture = split_picture(roles, image, 1)
            (FOLDER / f"{name}.png").write_bytes(base64.b64decode(picture.uri.partition(",")[2]))
            sys.stdout.write(f"{name}: {facts(split)}\n")


def needed_options(scene: Scene, given: argparse.Namespace, folder: Path) -> dict[str, dict[str, Any]]:
    """Return the required options of samplers, by name."""
    regions = hsclass.make_split(scene, "regions", window=given.window, seed=given.seed)
    write_split(regions, folder / "other.tif")
    labels = scene.require_labels()
    np.save(folder / "mask.npy", np.where(np.arange(labels.shape[1]) // STRIP % 2 == 0, labels, 0))
    other = {"of": folder / "other.tif"}
    return {
        "matched_apart": other,
        "matched_random": other,
        "reduced": other,
        "fixed": {"train_mask": folder / "mask.npy"},
    }


def facts(split: Split) -> str:
    """Return a line about a split, for the page."""
    parts = [
        f"{int((split.roles == role).sum()):,} {name}"
        for role, name in zip(Role, ("", "train", "validation", "test", "guard"), strict=True)
        if name and (split.roles == role).any()
    ]
    lost = [str(share.id) for share in split.classes if share.test == 0]
    untrained = [str(share.id) for share in split.classes if share.train == 0]
    lack = [f"without test: {', '.join(lost)}"] if lost else ["every class has test pixels"]
    lack += [f"without training: {', '.join(untrained)}"] if untrained else []
    return f"{', '.join(parts)}; {'; '.join(lack)}"


if __name__ == "__main__":
    main()
