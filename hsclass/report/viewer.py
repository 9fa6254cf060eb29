"""The map viewer: the layers of a scene, packed for the page, and the spectra that it reads out."""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from scipy.ndimage import distance_transform_cdt

from hsclass.palette import distinct_colors
from hsclass.predict.pixels import Pixels
from hsclass.predict.products import EXPECTED, FILES, INSIDE
from hsclass.raster import read_raster
from hsclass.report.collect import RunResult, SceneResult, SplitResult
from hsclass.report.delivered import FOLDER, final_card, places
from hsclass.report.pictures import colour_picture, css_color, shown_step
from hsclass.report.table import SetResults
from hsclass.scene import CUBE_FILE, LandCover, read_classes
from hsclass.split import Role

MOST_BANDS = 64
"""Bands of a spectrum on the page; a scene with more is shown by means of neighbouring bands."""

SPECTRA_BYTES = 1_500_000
"""Bytes of all spectra of a scene before compression; a larger scene has the spectra of every n-th pixel only."""

SHARE_STEPS = 64
"""Steps of a share, such as a confidence, on the page."""

FAR = 255
"""Longest distance [pixels] on the page; longer ones count as this one."""


DELIVERED = {
    "map.tif": ("classes", "Delivered map"),
    "confidence.tif": ("share", "Confidence of the delivered map"),
    FILES[INSIDE]: ("inside", "Area of applicability"),
    FILES[EXPECTED]: ("share", "Expected accuracy"),
}
"""Files of a delivered map, in the folder `final` of its scene: what their values are, and what a reader sees."""


@dataclass(frozen=True)
class Viewer:
    """What the template of the viewer needs: its data as JSON, and every `step`-th pixel of the scene is in it."""

    data: Markup
    step: int
    spectra_step: int


def viewer_part(results: SetResults) -> Viewer | None:
    """Return the layers of a scene for the viewer; None for images."""
    scene = results.samples
    if not isinstance(scene, SceneResult):
        return None
    folder = next(iter(results.runs.values())).entry.scene_folder
    final = folder / FOLDER
    delivered = [name for name in DELIVERED if final_card(results) is not None and (final / name).exists()]
    step = shown_step(scene.labels.shape, 2 * len(results.runs) + 2 * len(results.splits) + 4 + len(delivered))
    spectra, spectra_step = _spectra(Pixels.of_file(folder / CUBE_FILE), scene)
    rows, cols = scene.labels[::step, ::step].shape
    colors = distinct_colors(len(scene.classes))
    head = results.chosen(results.headline_split)
    first = next(row for row, run in results.runs.items() if run.entry.split == results.headline_split)
    data = {
        "rows": rows, "cols": cols, "step": step, "title": scene.title,
        "classes": [
            {"id": cover.id, "name": cover.name, "color": css_color(safe), "own": css_color(cover.color)}
            for cover, safe in zip(scene.classes, colors, strict=True)
        ],
        "picture": {"label": "Natural colours" if scene.natural else "Middle band",
                    "uri": colour_picture(scene.picture, step).uri},
        "reference": _packed(_places(scene.labels, scene.classes)[::step, ::step]),
        "splits": {_key(split): _split(split, step) for split in results.splits},
        "runs": [_run(results, row, run, scene, step) for row, run in results.runs.items()],
        "first": list(results.runs).index(first if head is None else head.runs[0]),
        "further": [_delivered(final / name, scene, step) for name in delivered],
        "places": [[place.row / step, place.col / step, place.number] for place in places(results)],
        "share_steps": SHARE_STEPS, "far": FAR, "spectra": spectra,
    }  # fmt: skip
    return Viewer(as_script(data), step, spectra_step)


def as_script(data: Mapping[str, Any]) -> Markup:
    """Return data as JSON that may stand inside a script element."""
    return Markup(json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c"))


def _run(results: SetResults, row: int, run: RunResult, scene: SceneResult, step: int) -> dict[str, Any]:
    entry, metrics = run.entry, run.metrics
    confidence = entry.folder / "confidence.tif"
    values, _ = read_classes(run.map_file)
    return {
        "model": str(results.table.label[row]), "split": entry.split, "seed": entry.seed, "of": _key(run.split),
        "leaky": run.split.leaky and (metrics.leakage is None or bool(metrics.leakage.overlap_share)),
        "oa": metrics.oa, "ece": metrics.calibration and metrics.calibration.ece,
        "map": _packed(_places(values, scene.classes)[::step, ::step]),
        "confidence": _packed(_shares(confidence)[::step, ::step]) if confidence.exists() else None,
        "file": run.map_file.as_posix(),
    }  # fmt: skip


def _delivered(file: Path, scene: SceneResult, step: int) -> dict[str, Any]:
    kind, label = DELIVERED[file.name]
    values = _places(read_classes(file)[0], scene.classes) if kind == "classes" else _shares(file)
    return {"kind": kind, "label": label, "file": file.as_posix(), "data": _packed(values[::step, ::step])}


def _key(split: SplitResult) -> str:
    return f"{split.name}-{split.seed}"


def _split(split: SplitResult, step: int) -> dict[str, str]:
    roles = split.split.roles
    train = roles == Role.TRAIN
    away = distance_transform_cdt(~train, "chessboard") if train.any() else np.full(roles.shape, FAR)
    return {
        "roles": _packed(roles[::step, ::step].astype(np.uint8)),
        "distance": _packed(np.minimum(away, FAR)[::step, ::step].astype(np.uint8)),
    }


def _places(values: np.ndarray, classes: tuple[LandCover, ...]) -> np.ndarray:
    """Return class ids as places in the legend from 1; 0 where there is none, 255 for an id that it lacks."""
    table = np.full(max(int(values.max(initial=0)), *(cover.id for cover in classes)) + 1, 255, np.uint8)
    table[0] = 0
    for place, cover in enumerate(classes, 1):
        table[cover.id] = min(place, 254)
    return table[values]


def _shares(file: Path) -> np.ndarray:
    """Read shares from 0 to 1 as steps from 1; 0 where there is none."""
    raster = read_raster(file)
    values = raster.bands[0]
    known = np.isfinite(values) & (values >= 0) & (values <= 1) & (values != raster.nodata)
    return np.where(known, 1 + np.round(np.where(known, values, 0) * (SHARE_STEPS - 1)), 0).astype(np.uint8)


def _packed(values: np.ndarray) -> str:
    return base64.b64encode(zlib.compress(np.ascontiguousarray(values, np.uint8).tobytes(), 9)).decode("ascii")


def _spectra(pixels: Pixels, scene: SceneResult) -> tuple[dict[str, Any], int]:
    """Return spectra in steps of 1/255 of each band's range, and the mean of each class; and the step of the pixels."""
    rows, cols, bands = pixels.shape
    groups = np.array_split(np.arange(bands), min(bands, MOST_BANDS))
    step = max(1, int(np.ceil(np.sqrt(rows * cols * len(groups) / SPECTRA_BYTES))))
    values, valid = pixels.cube.thumbnail(np.arange(bands), step)
    means = np.stack([values[:, :, group].mean(axis=2, dtype=float) for group in groups], axis=2)
    labels = _places(scene.labels[::step, ::step], scene.classes)[: means.shape[0], : means.shape[1]]
    means, valid = means[: labels.shape[0], : labels.shape[1]], valid[: labels.shape[0], : labels.shape[1]]
    inside = means[valid] if valid.any() else means.reshape(-1, len(groups))
    low, high = np.percentile(inside, [0.2, 99.8], axis=0)
    scaled = np.clip((means - low) / np.where(high > low, high - low, 1), 0, 1)
    quantised = np.where(valid[:, :, None], np.round(scaled * 254) + 1, 0).astype(np.uint8)
    centres = pixels.bands.centres
    # a plane a band, each as its difference from the one before, which compresses well
    planes = np.moveaxis(quantised, 2, 0)
    return {
        "rows": labels.shape[0], "cols": labels.shape[1], "step": step, "bands": len(groups),
        "x": [round(float(np.mean(group if centres is None else centres[group])), 1) for group in groups],
        "unit": "band" if centres is None else "wavelength [nm]",
        "low": [float(f"{value:.5g}") for value in low], "high": [float(f"{value:.5g}") for value in high],
        "means": [
            [float(f"{value:.5g}") for value in means[here].mean(axis=0)] if (here := valid & (labels == place)).any()
            else None
            for place in range(1, len(scene.classes) + 1)
        ],
        "data": _packed(np.diff(planes, axis=0, prepend=np.zeros_like(planes[:1]))),
    }, step  # fmt: skip
