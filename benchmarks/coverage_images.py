"""Coverage of the 95 % intervals of image sets, whose near-duplicates are right or wrong together.

    python benchmarks/coverage_images.py [--runs 400]

Each run draws groups of near-duplicates, each with an accuracy of its own: from a beta distribution of mean 0.8, with a
correlation of 0.2 between images of a group. Groups are of one class, or `mixed`: each image is of one of three classes
at random. Prints the share of the runs in which the intervals of OA, AA, kappa and macro F1 contain the true value, in
percent, and whether they are called reliable.
"""

import argparse
from collections import defaultdict

import numpy as np

import hsclass
from hsclass.scene import LandCover
from hsclass.split import Role, Split

ACCURACY, CORRELATION, CLASSES = 0.8, 0.2, 3
SETTINGS = [
    (4, 40, True),
    (10, 40, True),
    (20, 40, True),
    (9, 20, False),
    (30, 20, False),
    (60, 1, True),
    (300, 1, True),
]
"""Groups, images of each, and whether they hold all classes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=400)
    runs = parser.parse_args().runs
    legend = tuple(LandCover(number, str(number), (number, 0, 0)) for number in range(1, CLASSES + 1))
    true = {"oa": ACCURACY, "aa": ACCURACY, "kappa": 1 - (1 - ACCURACY) / (1 - 1 / CLASSES), "macro_f1": ACCURACY}
    scale = (1 - CORRELATION) / CORRELATION
    print("| groups | images each | classes in a group | oa | aa | kappa | macro_f1 | reliable |\n" + 8 * "|---" + "|")
    for groups, size, mixed in SETTINGS:
        rng, held = np.random.default_rng(0), defaultdict(list)
        group = np.repeat(np.arange(groups), size)
        for _ in range(runs):
            right = rng.random(len(group)) < rng.beta(ACCURACY * scale, (1 - ACCURACY) * scale, groups)[group]
            truth = 1 + (rng.integers(0, CLASSES, len(group)) if mixed else group % CLASSES)
            found = np.where(right, truth, (truth - 1 + rng.integers(1, CLASSES, len(group))) % CLASSES + 1)
            roles = np.full(len(group), Role.TEST, np.uint8)
            record = hsclass.evaluate(found, truth, Split(roles, 1, "random", 0, {}, False, groups=group + 1), legend)
            figures = record.as_dict()
            for name, value in true.items():
                held[name].append(figures[f"{name}_low"] <= value <= figures[f"{name}_high"])
        shares = " | ".join(f"{100 * np.mean(held[name]):.0f}" for name in true)
        print(f"| {groups} | {size} | {'all' if mixed else 'one'} | {shares} | {figures['interval']['reliable']} |")


if __name__ == "__main__":
    main()
