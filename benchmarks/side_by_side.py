"""Are the features of several frozen networks together better than those of each network alone?

    python benchmarks/side_by_side.py [--set results/ucmerced] [--features three] [--split lists-0]

Five-fold cross-validation of linear heads on the training and validation images of a split, for the features of each
network and for all of them, after `snakemake --cores 2 --configfile config/experiments/ucmerced_lite2.yaml`. Test
images are not used. Prints how many images are correct with the best of three penalties.
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hsclass.backbones import frozen_cost
from hsclass.features.frozen import read_features
from hsclass.samples.images import read_index
from hsclass.split import Role, read_split

STRENGTHS = (1e-3, 1e-2, 1e-1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, default=Path("results/ucmerced"))
    parser.add_argument("--features", default="three")
    parser.add_argument("--split", default="lists-0")
    asked = parser.parse_args()
    index = read_index(asked.set / "index.csv")
    found = read_features(asked.set / f"features/{asked.features}.npz", index)
    split = read_split(asked.set / asked.split / "split.csv", index)
    places = np.concatenate([split.places(role)[:, 0] for role in (Role.TRAIN, Role.VALIDATION)])
    classes = index.targets[places].argmax(axis=1)
    values, names = found.values, found.options.backbones
    ends = np.cumsum([frozen_cost((name,), found.size).features for name in names])
    parts = dict(zip(names, np.split(values[places], ends[:-1], axis=1), strict=True))
    for name, features in {**parts, "all": values[places]}.items():
        right = max(_right(features, classes, strength) for strength in STRENGTHS)
        print(f"{name}: {right} of {len(places)}")


def _right(features: np.ndarray, classes: np.ndarray, strength: float) -> int:
    head = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=500))
    folds = KFold(5, shuffle=True, random_state=0)
    return int((cross_val_predict(head, features, classes, cv=folds) == classes).sum())


if __name__ == "__main__":
    main()
