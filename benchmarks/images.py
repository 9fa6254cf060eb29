"""Speed with images: how many per second are read, trained on and predicted.

    python benchmarks/images.py [--threads 2] [--patches 256] [--size 120] [--epochs 2] [--backbone ResNet50]

A small synthetic archive in BigEarthNet's layout, all twelve bands, streamed from disk; the network has random weights
and 43 sigmoids. The first epoch is left out. The last line is `images_per_second=…` of training, including reading.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--patches", type=int, default=256)
    parser.add_argument("--size", type=int, default=120)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--backbone", default="ResNet50")
    parser.add_argument("--strategy", default="auto")
    asked = parser.parse_args()

    from hsclass.datasets.build_images import build_images
    from hsclass.datasets.fetch import fetch
    from hsclass.samplers import make_split
    from hsclass.samples.image_source import ImageSource
    from hsclass.samples.reading import Form
    from hsclass.samples.synthetic_archive import make_archive
    from hsclass.split import Role
    from hsclass.training import fit

    with tempfile.TemporaryDirectory() as folder:
        make_archive(Path(folder) / "patches", patches=asked.patches)
        options = {"layout": "bigearthnet"}
        fetch(Path(folder) / "patches", Path(folder) / "data", options)
        start = time.perf_counter()
        index, _ = build_images(Path(folder) / "patches", folder=Path(folder) / "data", options=options)
        print(f"indexed: {len(index) / (time.perf_counter() - start):.0f} images a second")
        images = ImageSource(index.files, Form(asked.size, 12), held_bytes=0)
        start = time.perf_counter()
        images.take(np.arange(len(index)))
        print(f"streamed, 12 bands: {len(index) / (time.perf_counter() - start):.0f} images a second")
        split = make_split(index, "random", train=0.6, validation=0.2, keep_together=False)
        trained = fit(
            index, split, "backbone", threads=asked.threads, training={"strategy": asked.strategy},
            backbone=asked.backbone, weights="none", head_start=False, size=asked.size, epochs=asked.epochs + 1,
            average_symmetries=False, monitor="val_loss",
        )  # fmt: skip
        seconds = min(row["seconds"] for row in trained.history[1:])
        test = split.places(Role.TEST)[:, 0]
        start = time.perf_counter()
        trained.predict_files(index.files[test])
        print(f"predicted: {len(test) / (time.perf_counter() - start):.0f} images a second")
        print(f"{asked.backbone}, {trained.training.parameters} parameters, on {trained.training.device}")
        print(f"images_per_second={split.count(Role.TRAIN) / seconds:.1f}")


if __name__ == "__main__":
    main()
