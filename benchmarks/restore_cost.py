"""What the damage of the published Indian Pines costs each model: OA on the file as it is, and restored.

    python benchmarks/restore_cost.py [MODEL …] [--seeds 3] [--epochs N] [--threads 1]

Each model is trained on the raw bands and on those that `restore` corrects, with the same pixels, under `random` and
`dbscan_area` (window 9). Prints OA of both, over all seeds together, and the difference, restored minus raw, on the
same test pixels with its 95 % interval, in percentage points. A model whose interval holds 0 shows no cost.
`restore` estimates which values were damaged; what it gets wrong remains. With `--epochs`, networks train for so many
under a cosine schedule and keep the epoch with the lowest training loss, as in the default experiment.
"""

import argparse

import hsclass

MODELS = ("lda", "logistic", "perceptron", "sam", "knn", "svm", "rf", "ann")
SPLITS = ("random", "dbscan_area")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=MODELS, metavar="MODEL")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    recipe = {"epochs": options.epochs, "schedule": "cosine", "monitor": "loss"} if options.epochs else {}
    scene = hsclass.open_scene("indian_pines")
    labels = scene.require_labels()
    print("| model | split | OA raw [%] | OA restored [%] | difference (95 % interval) |\n" + "|---" * 5 + "|")
    for name in options.models:
        for sampler in SPLITS:
            splits = [hsclass.make_split(scene, sampler, window=9, seed=seed) for seed in range(options.seeds)]
            maps: dict[str, list] = {}
            for features in ("restore", "raw"):
                models = [
                    hsclass.fit(scene, split, name, features=features, seed=seed, threads=options.threads, **recipe)
                    for seed, split in enumerate(splits)
                ]
                maps[features] = [hsclass.predict_scene(model, scene).classes for model in models]
            (pair,) = hsclass.compare(maps, labels, splits).pairs
            raw, restored = (
                100 * hsclass.pool(maps[features], labels, splits, scene.classes).oa for features in ("raw", "restore")
            )
            ends = f"{100 * pair.low:+.1f} to {100 * pair.high:+.1f}"
            print(
                f"| `{name}` | {sampler} | {raw:.1f} | {restored:.1f} | {100 * pair.difference:+.1f} ({ends}) |",
                flush=True,
            )


if __name__ == "__main__":
    main()
