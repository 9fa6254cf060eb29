"""Training speed of the 3D-CNN: hsclass, the same network of Keras' own layers, and in PyTorch, alternating in one run.

    pip install -e '.[torch]'
    python benchmarks/train.py [--threads 1] [--windows 1000] [--epochs 3] [--side 9] [--without torch]

All train the published network (Lange et al. 2018) on windows of 200 bands, 16 classes, batch 50, with the same
optimizer and dropout. hsclass gathers its windows from the cube during training, also in 16 bits (`mixed`) and with
Keras' own layers (`keras`: Conv3D, MaxPooling3D) and its loop; PyTorch gets them stored, with channels first (`torch`)
and last (`torch_last`). Time is processor time, because threads share cores with other work. The first epoch of each is
left out, and the fastest of the others counts, because other work disturbed it least. `peak` is a float32 product of
two matrices of 2048 x 2048.

The last lines are the times of others over that of hsclass: `mixed_ratio=…`, `step_ratio=…` of `keras`, and
`train_ratio=…` of PyTorch's faster form.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

BANDS, CLASSES, BATCH = 200, 16, 50


def data(windows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    cube = rng.normal(size=(145, 145, BANDS)).astype(np.float32)
    pixels = np.argwhere(np.ones((145, 145)))[rng.permutation(145 * 145)[:windows]].astype(np.int32)
    return cube, pixels, rng.integers(0, CLASSES, windows).astype(np.int32)


def run_hsclass(
    side: int, windows: int, epochs: int, threads: int, *, plain: bool = False, precision: str = "float32"
) -> float:
    from hsclass.models import model_class
    from hsclass.models.classifier import Sample

    cube, pixels, targets = data(windows)
    family = model_class("cnn3d")
    options = family.Options(epochs=epochs + 1, batch_size=BATCH, augment=False, patience=None, precision=precision)
    model = family(options, window=side, n_features=BANDS, n_classes=CLASSES, threads=threads)
    if plain:
        from hsclass.devices import shared_fit

        shared_fit.whole_epoch = lambda *_: None
        model.build = lambda: of_keras_layers(side, threads)
    from hsclass.backend import load_keras

    load_keras(threads)
    from hsclass.learning import history

    history.time = SimpleNamespace(perf_counter=time.process_time)
    nothing = Sample(pixels[:0], targets[:0])
    report = model.fit(cube, Sample(pixels, targets), nothing, seed=0)
    return min(row["seconds"] for row in report.history[1:])


def of_keras_layers(side: int, threads: int) -> Any:
    from hsclass.backend import load_keras

    keras = load_keras(threads)
    layers = keras.layers
    stack = [keras.Input((side, side, BANDS)), layers.Reshape((side, side, -1, 1))]
    for number, (filters, pool) in enumerate(((48, 3), (32, 3), (32, 2))):
        stack += [layers.ZeroPadding3D((0, 0, 2))] if number else []
        stack += [layers.Conv3D(filters, (3, 3, 5), activation="relu"), layers.MaxPooling3D((1, 1, pool))]
    stack.append(layers.Flatten())
    for _ in range(2):
        stack += [layers.Dense(128, activation="relu"), layers.Dropout(0.3)]
    return keras.Sequential([*stack, layers.Dense(CLASSES, activation="softmax")])


def run_peak(side: int, windows: int, epochs: int, threads: int) -> float:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    took = []
    matrix = tf.random.normal((2048, 2048))
    for _ in range(epochs + 2):
        start = time.process_time()
        (matrix @ matrix).numpy()
        took.append(time.process_time() - start)
    return min(took)


def run_torch(side: int, windows: int, epochs: int, threads: int, *, last: bool = False) -> float:
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    cube, pixels, targets = data(windows)
    reach = side // 2
    padded = np.pad(cube, ((reach, reach), (reach, reach), (0, 0)), mode="reflect")
    ready = np.stack([padded[row : row + side, col : col + side] for row, col in pixels])[:, None]
    relu = nn.ReLU
    network = nn.Sequential(
        nn.Conv3d(1, 48, (3, 3, 5)), relu(), nn.MaxPool3d((1, 1, 3)),
        nn.Conv3d(48, 32, (3, 3, 5), padding=(0, 0, 2)), relu(), nn.MaxPool3d((1, 1, 3)),
        nn.Conv3d(32, 32, (3, 3, 5), padding=(0, 0, 2)), relu(), nn.MaxPool3d((1, 1, 2)),
        nn.Flatten(), nn.LazyLinear(128), relu(), nn.Dropout(0.3), nn.Linear(128, 128), relu(), nn.Dropout(0.3),
        nn.Linear(128, CLASSES),
    )  # fmt: skip
    x, y = torch.from_numpy(ready), torch.from_numpy(targets).long()
    network(x[:2])
    if last:
        network, x = network.to(memory_format=torch.channels_last_3d), x.to(memory_format=torch.channels_last_3d)
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3, weight_decay=1e-4)
    loss = nn.CrossEntropyLoss()
    took = []
    for _ in range(epochs + 1):
        start = time.process_time()
        for batch in torch.randperm(windows).split(BATCH):
            optimizer.zero_grad()
            loss(network(x[batch]), y[batch]).backward()
            optimizer.step()
        took.append(time.process_time() - start)
    return min(took[1:])


RUNS: dict[str, Callable[[int, int, int, int], float]] = {
    "hsclass": run_hsclass,
    "mixed": partial(run_hsclass, precision="mixed"),
    "keras": partial(run_hsclass, plain=True),
    "torch": run_torch,
    "torch_last": partial(run_torch, last=True),
    "peak": run_peak,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--side", type=int, default=9, help="of the windows [pixels]")
    parser.add_argument("--windows", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=3, help="that count, after one that does not")
    parser.add_argument("--rounds", type=int, default=2, help="turns of each")
    parser.add_argument("--without", nargs="*", choices=RUNS, default=[], help="leave these away")
    parser.add_argument("--one", choices=RUNS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(RUNS[options.one](options.side, options.windows, options.epochs, options.threads))
        return
    took: dict[str, list[float]] = {name: [] for name in RUNS if name not in options.without}
    for _ in range(options.rounds):
        for name, times in took.items():
            command = [sys.executable, __file__, *sys.argv[1:], "--one", name]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            times.append(float(done.stdout.split()[-1]))
            if name == "peak":
                print(f"{name:10} {2 * 2048**3 / times[-1] / 1e9:7.1f} GFLOP per processor second", flush=True)
            else:
                rate = options.windows / times[-1]
                print(f"{name:10} {times[-1]:7.2f} processor s an epoch, {rate:7.1f} windows a second", flush=True)
    best = {name: min(times) for name, times in took.items()}
    for name, ratio in (("mixed", "mixed_ratio"), ("keras", "step_ratio")):
        if name in best:
            print(f"{ratio}={best[name] / best['hsclass']:.2f}")
    peers = [best[name] for name in ("torch", "torch_last") if name in best]
    if peers:
        print(f"train_ratio={min(peers) / best['hsclass']:.2f}")


if __name__ == "__main__":
    main()
