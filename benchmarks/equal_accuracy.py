"""Whether the 3D-CNN is as accurate with plane products and exact pooling as with Keras' own layers.

    python benchmarks/equal_accuracy.py [--seeds 5] [--samplers random dbscan_area] [--epochs 25] [--every 1]

With `--control`, Keras' own layers take both parts, one of them with initial weights that are larger by a millionth:
what differs then is what rounding alone changes.

Both forms are trained on Indian Pines with the same seed, split, batches and initial weights, on every `--every`-th
band, and tested on the test pixels of the split; validation pixels choose the epoch. A pair is a seed and a sampler.
The last line gives the mean difference of the overall accuracy in points, with the interval of Student's t for the
mean of the pairs (95 %).
"""

import argparse
from typing import Any

import numpy as np
from scipy.stats import t
from train import of_keras_layers

import hsclass
from hsclass.backend import load_keras
from hsclass.models import model_class
from hsclass.models.classifier import Sample
from hsclass.split import Role

WINDOW = 9


def accuracy(scene: Any, cube: np.ndarray, roles: np.ndarray, *, seed: int, epochs: int, form: str) -> float:
    """Return the overall accuracy on the test pixels, and train on the training pixels before."""
    ids = np.unique(scene.labels[scene.labels > 0])

    def sample(role: Role) -> Sample:
        places = np.argwhere(roles == role).astype(np.int32)
        return Sample(places, np.searchsorted(ids, scene.labels[places[:, 0], places[:, 1]]).astype(np.int32))

    train = cube[roles == Role.TRAIN]
    cube = (cube - train.mean(axis=0)) / train.std(axis=0)
    family = model_class("cnn3d")
    options = family.Options(epochs=epochs)
    model = family(options, window=WINDOW, n_features=cube.shape[2], n_classes=len(ids), threads=1)
    load_keras(1)
    from hsclass.models.band_convolution import BandConvolution

    BandConvolution.planes = form == "planes"
    if form != "planes":
        model.build = lambda: of_keras_layers(1, bands=cube.shape[2], classes=len(ids))
    if form == "moved":
        build, model.build = model.build, lambda: moved(build())
    model.fit(cube, sample(Role.TRAIN), sample(Role.VALIDATION), seed=seed)
    test = sample(Role.TEST)
    found = model.predict_map(cube)[test.places[:, 0], test.places[:, 1]].argmax(axis=1)
    return float((found == test.targets).mean())


def moved(network: Any) -> Any:
    """Return a network with weights that are larger by a millionth."""
    network.set_weights([weight * np.float32(1 + 1e-6) for weight in network.get_weights()])
    return network


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--samplers", nargs="+", default=["random", "dbscan_area"])
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--control", action="store_true", help="compare Keras' layers with themselves")
    parser.add_argument("--every", type=int, default=1, help="take every n-th band")
    options = parser.parse_args()
    scene = hsclass.open_scene("indian_pines")
    cube = scene.cube[:, :, :: options.every].astype(np.float32)
    differences = []
    for seed in range(options.seeds):
        for sampler in options.samplers:
            split = hsclass.make_split(scene, sampler, window=WINDOW, seed=seed, train=0.05, validation=0.02)
            new, old = (
                100 * accuracy(scene, cube, split.roles, seed=seed, epochs=options.epochs, form=form)
                for form in ("moved" if options.control else "planes", "plain")
            )
            differences.append(new - old)
            print(f"{sampler} {seed}: {new:.2f} and {old:.2f} with Keras' layers, {new - old:+.2f}", flush=True)
    count, mean = len(differences), np.mean(differences)
    half = t.ppf(0.975, count - 1) * np.std(differences, ddof=1) / np.sqrt(count)
    print(f"difference={mean:+.2f} points in {count} pairs, {mean - half:+.2f} to {mean + half:+.2f}")


if __name__ == "__main__":
    main()
