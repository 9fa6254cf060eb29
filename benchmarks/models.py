"""Overall accuracy of the models with default options, on Indian Pines, under a random and a spatial split.

    python benchmarks/models.py [MODEL …] [--window 9] [--seed 0] [--threads 2] [--details] [--compare]

Prints a line for each model: its receptive-field radius and its OA on the test pixels of the splits `random` and
`dbscan_area`, in percent; with `--details` also its trainable parameters and its training time on each, in seconds.
With `--compare` then the pairs of models under each split: how many there are, and how many are distinguishable: the
95 % interval of the difference of OA does not hold 0, and the corrected p of the clustered t-test is below 0.05.
Without names, all models that are not networks.
"""

import argparse

import numpy as np

import hsclass
from hsclass.models import MODELS, model_class

CLASSICAL = sorted(name for name in MODELS if not model_class(name).network)
SPLITS = ("random", "dbscan_area")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=CLASSICAL, metavar="MODEL")
    parser.add_argument("--window", type=int, default=9)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--details", action="store_true")
    parser.add_argument("--compare", action="store_true")
    options = parser.parse_args()
    scene = hsclass.open_scene("indian_pines")
    splits = [hsclass.make_split(scene, name, window=options.window, seed=options.seed) for name in SPLITS]
    head = ["model", "reach [pixels]", *(f"OA {name} [%]" for name in SPLITS)]
    head += ["parameters", *(f"training {name} [s]" for name in SPLITS)] if options.details else []
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    maps: dict[str, dict[str, np.ndarray]] = {split: {} for split in SPLITS}
    for name in options.models:
        accuracies, seconds, parameters = [], [], None
        for sampler, split in zip(SPLITS, splits, strict=True):
            model = hsclass.fit(scene, split, name, seed=options.seed, threads=options.threads)
            mapped = hsclass.predict_scene(model, scene)
            maps[sampler][name] = mapped.classes
            found = hsclass.evaluate(mapped.classes, scene.require_labels(), split, scene.classes)
            accuracies.append(f"{100 * found.as_dict()['oa']:.1f}")
            seconds.append(f"{model.training.seconds:.0f}")
            parameters = model.training.parameters
        details = ["" if parameters is None else f"{parameters:,}", *seconds] if options.details else []
        print(f"| {' | '.join([f'`{name}`', str(model.reach), *accuracies, *details])} |", flush=True)
    for sampler, split in zip(SPLITS if options.compare else (), splits, strict=False):
        pairs = hsclass.compare(maps[sampler], scene.require_labels(), split).pairs
        found = [pair for pair in pairs if not (pair.low or -1) <= 0 <= (pair.high or 1) and pair.p_holm < 0.05]
        print(f"{sampler}: {len(found)} of {len(pairs)} pairs are distinguishable")


if __name__ == "__main__":
    main()
