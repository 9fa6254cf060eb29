"""Overall accuracy of the models with their default options, on Indian Pines, at random and leakage-safe.

    python benchmarks/models.py [MODEL …] [--window 9] [--seed 0]

Prints a line a model: how far it looks, and its OA on the test pixels of the splits `random` and `dbscan_area`, in
percent. Without names, all models that are not networks.
"""

import argparse

import hsclass
from hsclass.models import MODELS, model_class

CLASSICAL = sorted(name for name in MODELS if not model_class(name).network)
SPLITS = ("random", "dbscan_area")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=CLASSICAL, metavar="MODEL")
    parser.add_argument("--window", type=int, default=9)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    scene = hsclass.open_scene("indian_pines")
    splits = [hsclass.make_split(scene, name, window=options.window, seed=options.seed) for name in SPLITS]
    print(f"| model | reach [pixels] | {' | '.join(f'OA {name} [%]' for name in SPLITS)} |\n|---|---|---|---|")
    for name in options.models:
        cells = []
        for split in splits:
            model = hsclass.fit(scene, split, name, seed=options.seed)
            mapped = hsclass.predict_scene(model, scene)
            found = hsclass.evaluate(mapped.classes, scene.require_labels(), split, scene.classes)
            cells.append(f"{100 * found.as_dict()['oa']:.1f}")
        print(f"| `{name}` | {model.reach} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
