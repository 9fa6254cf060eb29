"""Speed of SVM maps and of forest training, hsclass compared with scikit-learn, on Indian Pines.

    pip install -e '.[fast]'
    python benchmarks/fast.py [--threads 1] [--rounds 5]

Both use the same training pixels (a random tenth) and options and alternate in one run. An SVM map consists of the
decision values of every pixel: by `hsclass.models.svm_values`, which needs no extra, and by `SVC.decision_function`. A
forest is trained by `rf` with and without the extra `fast`. The fastest round counts, because other work on the machine
disturbed it least. Prints `svm_map_ratio=…` and `forest_train_ratio=…` (scikit-learn's time over hsclass's) and how
many pixels of the scene get the same class; for forests, which are random, also how many do so with two seeds of
scikit-learn.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import hsclass
from hsclass.models import model_class
from hsclass.models.classifier import Sample
from hsclass.models.fast_forest import fast_version
from hsclass.models.svm_values import decision_values
from hsclass.normalize import Normalizer, normalize_scene
from hsclass.split import Role


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def in_turn(works: dict[str, Callable[[], Any]], rounds: int) -> tuple[dict[str, float], dict[str, Any]]:
    took: dict[str, list[float]] = {name: [] for name in works}
    results = {}
    for _ in range(rounds):
        for name, work in works.items():
            seconds, results[name] = timed(work)
            took[name].append(seconds)
    for name, times in took.items():
        print(f"{name:32} {min(times):7.3f} s at best, {max(times):7.3f} s at worst")
    return {name: min(times) for name, times in took.items()}, results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()

    scene = hsclass.open_scene("indian_pines")
    train = hsclass.make_split(scene, "random", window=9, seed=0).places(Role.TRAIN)
    labels = scene.require_labels()[train[:, 0], train[:, 1]]
    ids = np.array([cover.id for cover in scene.classes])
    sample = Sample(train.astype(np.int32), np.searchsorted(ids, labels).astype(np.int32))
    normalizer = Normalizer().fit(scene.cube[train[:, 0], train[:, 1]])
    cube = normalize_scene(normalizer, scene)
    spectra = cube.reshape(-1, cube.shape[2])

    def fitted(name: str, *, seed: int = 0, **model_options: Any) -> Any:
        family = model_class(name)
        model = family(
            family.Options(**model_options), window=9, n_features=cube.shape[2], n_classes=len(ids),
            threads=options.threads,
        )  # fmt: skip
        model.fit(cube, sample, Sample(sample.places[:0], sample.targets[:0]), seed=seed)
        return model

    print(f"scikit-learn-intelex {fast_version() or 'is not installed'}; threads {options.threads}")
    svm = fitted("svm")
    machine = svm.estimator_
    works = {
        "SVM map, scikit-learn": lambda: machine.decision_function(spectra).argmax(axis=1),
        "SVM map, hsclass": lambda: decision_values(machine, spectra).argmax(axis=1),
    }
    took, classes = in_turn(works, options.rounds)
    print(f"svm_map_ratio={took['SVM map, scikit-learn'] / took['SVM map, hsclass']:.2f}")
    print(f"svm_classes_equal={np.mean(classes['SVM map, scikit-learn'] == classes['SVM map, hsclass']):.5f}")

    works = {
        "forest training, scikit-learn": lambda: fitted("rf", implementation="scikit-learn"),
        "forest training, hsclass": lambda: fitted("rf"),
    }
    took, forests = in_turn(works, options.rounds)
    print(f"forest_train_ratio={took['forest training, scikit-learn'] / took['forest training, hsclass']:.2f}")
    plain, fast = (forests[name].predict_map(cube).argmax(axis=2) for name in works)
    other = fitted("rf", seed=1, implementation="scikit-learn").predict_map(cube).argmax(axis=2)
    print(f"forest_classes_equal={np.mean(plain == fast):.5f}")
    print(f"forest_classes_equal_of_two_seeds={np.mean(plain == other):.5f}")


if __name__ == "__main__":
    main()
