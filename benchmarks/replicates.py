"""What smoothing changes over replicate splits of whole fields with few labels; docs/ensembles.md shows the result.

    python benchmarks/replicates.py [--scene indian_pines] [--seeds 10] [--members svm]

Each seed of `regions` (a tenth for training, window 9) trains on other whole fields. Differences in OA from the members
without smoothing, over all tests of all seeds, are those of `hsclass.compare`: a field is one unit, whichever splits
test it.
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import hsclass
from hsclass.models.smoothing import smoothed

WINDOW = 9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scene", default="indian_pines")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--members", nargs="+", default=["svm"])
    given = parser.parse_args()
    scene = hsclass.open_scene(given.scene)
    ids = np.array([cover.id for cover in scene.classes])
    splits = [hsclass.make_split(scene, "regions", window=WINDOW, seed=seed) for seed in range(given.seeds)]
    maps: dict[str, list[np.ndarray]] = {"plain": [], "mean of 5 x 5": [], "mean of 9 x 9": []}
    for split in splits:
        model = hsclass.fit(scene, split, "ensemble", members=given.members, calibrate=None, smooth=None)
        found = model.classifier.predict_map(model.features(scene))
        for name, size in zip(maps, (1, 5, 9), strict=True):
            mean = smoothed(found, scene.mask, how="mean", radius=size // 2) if size > 1 else found
            maps[name].append(ids[mean.argmax(axis=2)])
        print(f"seed {len(maps['plain'])} of {given.seeds}", flush=True)
    labels = scene.require_labels()
    pooled = {name: hsclass.pool(found, labels, splits, scene.classes) for name, found in maps.items()}
    for name, found in maps.items():
        line = f"{' + '.join(given.members)}, {name}: OA {pooled[name].oa:.3f}"
        if name != "plain":
            pair = hsclass.compare({"a": found, "b": maps["plain"]}, labels, splits).pairs[0]
            line += f", difference {pair.difference:+.3f} ({pair.low:+.3f} to {pair.high:+.3f})"
        print(line, flush=True)


if __name__ == "__main__":
    main()
