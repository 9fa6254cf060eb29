"""Whether the 3D-CNN is as accurate with plane products as with sums.

    python benchmarks/equal_accuracy.py [--seeds 10] [--samplers random dbscan_area] [--form planes]

Both are trained on Indian Pines with the same seed, split, batches and initial weights, and tested on the test pixels
of the split, mapped with sums. A pair is a seed and a sampler. So that a training converges in half a minute, the scene
has 25 bands, means of `--merge` neighbours, and `--options` leave out what slows convergence; the last epoch counts.

With `--form moved`, sums take both parts, one of them with initial weights that are larger by a millionth: what differs
then is what rounding alone changes.

The last line gives the mean difference of the overall accuracy in points, with the interval of Student's t for the mean
of the pairs (95 %).
"""

import argparse
import json
import time
from typing import Any

import numpy as np
from scipy.stats import t

import hsclass
from hsclass.backend import load_keras
from hsclass.models import model_class
from hsclass.models.classifier import Sample
from hsclass.split import Role

CONVERGING = {
    "epochs": 16, "batch_size": 25, "schedule": "cosine", "dropout": 0, "augment": False, "monitor": "loss",
    "patience": None,
}  # fmt: skip


def accuracy(
    scene: Any, cube: np.ndarray, roles: np.ndarray, given: dict[str, Any], *, window: int, seed: int, form: str
) -> tuple[float, int]:
    """Train on the training pixels; return the overall accuracy on the test pixels in percent, and the epoch kept."""
    ids = np.unique(scene.labels[scene.labels > 0])

    def sample(role: Role) -> Sample:
        places = np.argwhere(roles == role).astype(np.int32)
        return Sample(places, np.searchsorted(ids, scene.labels[places[:, 0], places[:, 1]]).astype(np.int32))

    train = cube[roles == Role.TRAIN]
    cube = (cube - train.mean(axis=0)) / train.std(axis=0)
    family = model_class("cnn3d")
    model = family(family.Options(**given), window=window, n_features=cube.shape[2], n_classes=len(ids), threads=1)
    load_keras(1)
    from hsclass.models import band_convolution, plane_products

    band_convolution.saves = plane_products.saves if form == "planes" else lambda *_, **__: False
    if form == "moved":
        build, model.build = model.build, lambda: moved(build())
    report = model.fit(cube, sample(Role.TRAIN), sample(Role.VALIDATION), seed=seed)
    test = sample(Role.TEST)
    found = model.predict_map(cube)[test.places[:, 0], test.places[:, 1]].argmax(axis=1)
    return 100 * float((found == test.targets).mean()), report.best_epoch


def moved(network: Any) -> Any:
    """Return a network with weights that are larger by a millionth."""
    network.set_weights([weight * np.float32(1 + 1e-6) for weight in network.get_weights()])
    return network


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="seed")
    parser.add_argument("--samplers", nargs="+", default=["random", "dbscan_area"])
    parser.add_argument("--form", choices=["planes", "moved"], default="planes", help="compared with sums")
    parser.add_argument("--window", type=int, default=9)
    parser.add_argument("--train", type=float, default=0.1, help="share of the pixels; to validate: half of that")
    parser.add_argument("--every", type=int, default=1, help="take every n-th band")
    parser.add_argument("--merge", type=int, default=8, help="and means of so many neighbours")
    parser.add_argument("--options", type=json.loads, default=CONVERGING, help="of the model")
    asked = parser.parse_args()
    scene = hsclass.open_scene("indian_pines")
    cube = scene.cube[:, :, :: asked.every].astype(np.float32)
    rows, cols, bands = cube.shape
    count = bands // asked.merge
    cube = cube[:, :, : count * asked.merge].reshape(rows, cols, count, asked.merge).mean(axis=3)
    differences = []
    for seed in range(asked.first, asked.first + asked.seeds):
        for sampler in asked.samplers:
            shares = {"train": asked.train, "validation": asked.train / 2}
            split = hsclass.make_split(scene, sampler, window=asked.window, seed=seed, **shares)
            found, words = {}, []
            for form in ("sums", asked.form):
                start = time.process_time()
                found[form], kept = accuracy(
                    scene, cube, split.roles, asked.options, window=asked.window, seed=seed, form=form
                )
                words.append(f"{form} {found[form]:.2f} (epoch {kept}, {time.process_time() - start:.0f} s)")
            differences.append(found[asked.form] - found["sums"])
            print(f"{sampler} {seed}: {', '.join(words)}, {differences[-1]:+.2f}", flush=True)
    count, mean = len(differences), np.mean(differences)
    half = t.ppf(0.975, count - 1) * np.std(differences, ddof=1) / np.sqrt(count)
    print(f"difference={mean:+.2f} points in {count} pairs, {mean - half:+.2f} to {mean + half:+.2f}")


if __name__ == "__main__":
    main()
