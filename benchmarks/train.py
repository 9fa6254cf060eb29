"""Training speed of the 3D-CNN: hsclass compared with the same network in PyTorch, alternating in one run.

    pip install -e '.[torch]'
    python benchmarks/train.py [--threads 2] [--windows 1000] [--epochs 3]

Both train the published network (Lange et al. 2018) on 9 x 9 windows of 200 bands, 16 classes, batch 50, with the same
optimizer and dropout. hsclass gathers its windows from the cube during training; PyTorch gets them stored. The first
epoch of each is left out, and the fastest of the others counts, because other work on the machine disturbed it least.
The last line is `train_ratio=…`, PyTorch's time per epoch over hsclass's.
"""

import argparse
import subprocess
import sys
import time

import numpy as np

WINDOW, BANDS, CLASSES, BATCH = 9, 200, 16, 50


def data(windows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    cube = rng.normal(size=(145, 145, BANDS)).astype(np.float32)
    pixels = np.argwhere(np.ones((145, 145)))[rng.permutation(145 * 145)[:windows]].astype(np.int32)
    return cube, pixels, rng.integers(0, CLASSES, windows).astype(np.int32)


def run_hsclass(windows: int, epochs: int, threads: int) -> float:
    from hsclass.models import model_class
    from hsclass.models.classifier import Sample

    cube, pixels, targets = data(windows)
    family = model_class("cnn3d")
    options = family.Options(epochs=epochs + 1, batch_size=BATCH, augment=False, patience=None)
    model = family(options, window=WINDOW, n_features=BANDS, n_classes=CLASSES, threads=threads)
    nothing = Sample(pixels[:0], targets[:0])
    report = model.fit(cube, Sample(pixels, targets), nothing, seed=0)
    return min(row["seconds"] for row in report.history[1:])


def run_torch(windows: int, epochs: int, threads: int) -> float:
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    cube, pixels, targets = data(windows)
    reach = WINDOW // 2
    padded = np.pad(cube, ((reach, reach), (reach, reach), (0, 0)), mode="reflect")
    ready = np.stack([padded[row : row + WINDOW, col : col + WINDOW] for row, col in pixels])[:, None]
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
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3, weight_decay=1e-4)
    loss = nn.CrossEntropyLoss()
    took = []
    for _ in range(epochs + 1):
        start = time.perf_counter()
        for batch in torch.randperm(windows).split(BATCH):
            optimizer.zero_grad()
            loss(network(x[batch]), y[batch]).backward()
            optimizer.step()
        took.append(time.perf_counter() - start)
    return min(took[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--windows", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=3, help="that count, after one that does not")
    parser.add_argument("--rounds", type=int, default=2, help="turns of each")
    parser.add_argument("--one", choices=["hsclass", "torch"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run = {"hsclass": run_hsclass, "torch": run_torch}[options.one]
        print(run(options.windows, options.epochs, options.threads))
        return
    took: dict[str, list[float]] = {"hsclass": [], "torch": []}
    for _ in range(options.rounds):
        for name, times in took.items():
            command = [sys.executable, __file__, *sys.argv[1:], "--one", name]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            times.append(float(done.stdout.split()[-1]))
            print(f"{name:8} {times[-1]:7.2f} s an epoch, {options.windows / times[-1]:7.1f} windows a second")
    print(f"train_ratio={min(took['torch']) / min(took['hsclass']):.2f}")


if __name__ == "__main__":
    main()
