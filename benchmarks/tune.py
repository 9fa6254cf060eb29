"""What a search inside the training pixels gains on the test pixels, on Indian Pines under the guarded `dbscan_area`.

    python benchmarks/tune.py [MODEL …] [--features raw] [--window 9] [--inner 9 1] [--trials 40] [--seeds 0 1 2]
        [--sampler dbscan_area] [--size TILE]

Prints a line for each model, inner window (that the folds keep apart) and seed: the inner score of the default options
and of the best ones, the OA of both on the test pixels, and the best options. With features other than raw, the options
of the extractor are searched, too. The test pixels are used only after the search.
"""

import argparse
import time
from typing import Any

import hsclass
from hsclass.scene import Scene
from hsclass.split import Split


def accuracy(scene: Scene, split: Split, model: str, **given: Any) -> float:
    """OA on the test pixels."""
    mapped = hsclass.predict_scene(hsclass.fit(scene, split, model, **given), scene)
    return hsclass.evaluate(mapped.classes, scene.require_labels(), split, scene.classes).as_dict()["oa"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=["svm", "rf"], metavar="MODEL")
    parser.add_argument("--features", default="raw")
    parser.add_argument("--window", type=int, default=9)
    parser.add_argument("--inner", type=int, nargs="+", default=[9, 1])
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--sampler", default="dbscan_area")
    parser.add_argument("--size", type=int, help="side of the tiles [pixels] of blocks")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    dealt = {"sampler": options.sampler, "sampler_options": {"size": options.size} if options.size else {}}
    scene = hsclass.open_scene("indian_pines")
    split = hsclass.make_split(scene, "dbscan_area", window=options.window)
    print("| model | inner window | seed | inner own | inner winner | test own | test winner | winner | seconds |")
    print("|---|---|---|---|---|---|---|---|---|")
    for model in options.models:
        for window in options.inner:
            for seed in options.seeds:
                begun = time.perf_counter()
                search = {"trials": options.trials, "window": window, "features": options.features != "raw", **dealt}
                tuned = hsclass.tune(scene, split, model, features=options.features, search=search, seed=seed)
                seconds = time.perf_counter() - begun
                given = {"features": options.features, "seed": seed}
                own = accuracy(scene, split, model, **given)
                won = accuracy(scene, split, model, **given, feature_options=tuned.feature_options, **tuned.options)
                figures = f"{tuned.trials[0].value:.3f} | {tuned.best.value:.3f} | {own:.3f} | {won:.3f}"
                values = ", ".join(f"{name} {value}" for name, value in tuned.best.values.items())
                print(f"| `{model}` | {window} | {seed} | {figures} | {values} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
