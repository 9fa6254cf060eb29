"""A map from file to file: read in strips, predicted in tiles, resumed where a run was killed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hsclass import __version__
from hsclass.devices.shortage import explained_shortage
from hsclass.errors import UsageError
from hsclass.memory import MapMemory, network_memory
from hsclass.models.spectral_contract import Resampling, convert_bands
from hsclass.models.trained import TrainedModel
from hsclass.predict.leftovers import Leftovers, map_key, missing
from hsclass.predict.pixels import Pixels, RasterPixels
from hsclass.predict.plausibility import implausible
from hsclass.predict.prediction import Chunk, Legend, Predictor, broken_note
from hsclass.predict.products import CLASSES, CONFIDENCE, PROBABILITIES, legend_tags, product
from hsclass.predict.tiles import Tiles

MEMORY_MB = 1200
_FLOAT = 4
_REMEDY = "give a smaller --memory, or end what else takes memory; the same command goes on from the rows that are done"


@dataclass(frozen=True)
class Part:
    """One of several parts of a map, counted from 1."""

    number: int
    of: int


@dataclass(frozen=True)
class MapRequest:
    """What is wanted beside the classes.

    Attributes
    ----------
    confidence, probabilities : Path or None
        Rasters to write.
    abstain : float or None
        Confidence below which a pixel gets no class.
    resample : {"linear", "gaussian"} or None
    memory : float
        Megabytes that the pixels in work may take, those of a network's layers included, beside what program and model
        take anyway.
    part : Part or None
        Which part of the map; None: all of it.
    """

    confidence: Path | None = None
    probabilities: Path | None = None
    abstain: float | None = None
    resample: Resampling | None = None
    memory: float = MEMORY_MB
    part: Part | None = None


@dataclass(frozen=True)
class MapReport:
    """What was mapped.

    Attributes
    ----------
    pixels : int
    seconds : float
        Of the prediction, without reading and writing, earlier runs that were resumed included.
    resumed : int
        Rows that an earlier run had finished.
    notes : tuple of str
        What was done to the bands, in words.
    """

    pixels: int
    seconds: float
    resumed: int
    notes: tuple[str, ...]


def map_file(
    model: TrainedModel,
    pixels: Pixels,
    output: Path,
    request: MapRequest | None = None,
    *,
    folder: Path | None = None,
    code: str = "",
    tell: Callable[[str], None] = lambda _: None,
    warn: Callable[[str], None] = lambda _: None,
) -> MapReport:
    """Map a scene into a cloud-optimised GeoTIFF.

    Finished strips are kept in a folder beside `output` until the map is whole, so that a run after a kill goes on from
    them, to the same file, byte for byte.

    Parameters
    ----------
    model : TrainedModel
    pixels : Pixels
        From `hsclass.predict.pixels.open_pixels`.
    output : Path
    request : MapRequest, optional
    folder : Path, optional
        Of the model, to tell it from others when a run is resumed.
    code : str
        A digest of the code that predicts, for the same.
    tell, warn : callable, optional
        Take lines of text: progress; what one should know.

    Raises
    ------
    DataError
        If the scene's bands are not the model's and may not, or cannot, be resampled.
    UsageError
        If an option is wrong, or the output's folder cannot be written to.
    WriteError
        If there is no room.
    """
    request = request or MapRequest()
    if request.memory <= 0:
        raise UsageError(f"--memory {request.memory:g}: expected megabytes, such as {MEMORY_MB}")
    _require_own_files(pixels, output, request)
    conversion = convert_bands(model.bands, pixels.bands, name=pixels.name, resample=request.resample)
    legend = Legend(model.classes, request.abstain)
    total, cols, _ = pixels.shape
    tiles = Tiles.of(total, cols, model.reach)
    predictor = Predictor(model, pixels, conversion, legend, tiles, request.probabilities is not None)
    for note in conversion.notes:
        warn(f"scene {pixels.name}: {note}")
    if strange := implausible(predictor):
        warn(f"scene {pixels.name}: {strange}")
    rows = tiles.part(request.part.number, request.part.of) if request.part else slice(0, total)
    key = map_key(folder, model.about, {**_identity(predictor, request), "code": code})
    left = Leftovers(
        output, key, dtype=legend.dtype, cols=cols,
        probabilities=len(legend.classes) if request.probabilities else 0,
    )  # fmt: skip
    left.open()
    finished = left.finished(rows, tiles.height)
    resumed = sum(chunk.stop - chunk.start for chunk in finished)
    if resumed:
        warn(f"goes on from an earlier run: {resumed} of {rows.stop - rows.start} rows are done")
    most, memory = _budget(predictor, request, warn)
    predictor = replace(predictor, memory=memory)
    for gap in missing(finished, rows):
        for strip in tiles.strips(gap, most, pixels.block_rows):
            with explained_shortage(f"mapping {strip.stop - strip.start} rows of scene {pixels.name}", _REMEDY):
                chunk = predictor.chunk(strip)
            left.save(chunk)
            finished.append(strip)
            tell(f"row {strip.stop - rows.start} of {rows.stop - rows.start}")
    finished.sort(key=lambda strip: strip.start)
    tags = {"model": model.about["model"], "scene": pixels.name, **legend_tags(legend)}
    if conversion.notes:
        tags["bands"] = "; ".join(conversion.notes)
    if request.part:
        about = {"key": key, "rows": [rows.start, rows.stop], "of": total, "transform": _corner(pixels)}
        tags["part"] = json.dumps(about)

    def chunks() -> Iterator[Chunk]:
        for strip in finished:
            chunk = left.load(strip)
            assert chunk is not None
            yield chunk

    targets = {CONFIDENCE: request.confidence, PROBABILITIES: request.probabilities, CLASSES: output}
    for kind, path in targets.items():
        if path is not None:
            product(kind, legend).write(
                path, chunks(), rows=rows, cols=cols, grid=pixels.grid, tags=tags, scratch=left.folder
            )
    seconds = sum(chunk.seconds for chunk in chunks())
    if broken := broken_note(np.concatenate([chunk.broken for chunk in chunks()])):
        warn(f"scene {pixels.name}: {broken}")
    left.remove()
    return MapReport((rows.stop - rows.start) * cols, round(seconds, 3), resumed, conversion.notes)


def _require_own_files(pixels: Pixels, output: Path, request: MapRequest) -> None:
    """Raise UsageError where a file would be written over the scene, or over another of the map's."""
    used = {pixels.path.resolve(): "the scene itself"} if isinstance(pixels, RasterPixels) else {}
    for what, path in {
        "-o": output,
        "--confidence": request.confidence,
        "--probabilities": request.probabilities,
    }.items():
        if path is None:
            continue
        if taken := used.get(path.resolve()):
            raise UsageError(f"{what} {path}: is {taken}; give it a name of its own")
        used[path.resolve()] = f"the file of {what}, too"


def _identity(predictor: Predictor, request: MapRequest) -> dict[str, Any]:
    """All beside the model that the pixels of a map follow from."""
    bands = predictor.pixels.bands.as_dict()
    return {
        "scene": dict(predictor.pixels.identity), "bands": bands, "tiles": asdict(predictor.tiles),
        "abstain": request.abstain, "resample": request.resample, "version": __version__,
    }  # fmt: skip


def _budget(predictor: Predictor, request: MapRequest, warn: Callable[[str], None]) -> tuple[int, float]:
    """Rows of a strip that the memory allows, and the bytes that a network may work in.

    What must be held at least is told where it is more.
    """
    pixels, tiles, model = predictor.pixels, predictor.tiles, predictor.model
    needed, bands = len(predictor.conversion.order), model.about["bands"]
    features, classes = model.about["n_features"], len(predictor.legend.classes)
    results = predictor.legend.dtype.itemsize + _FLOAT * (1 + predictor.with_probabilities * classes)
    held = MapMemory.of(
        pixels.shape[1], stored=needed, itemsize=pixels.itemsize, bands=bands, features=features, classes=classes,
        results=results,
    )  # fmt: skip
    memory = request.memory * 1e6
    rows_at_least = tiles.rows if tiles.reach is None else tiles.height + 2 * tiles.reach
    least = held.least(rows_at_least)
    network = network_memory(memory, least) if getattr(model.classifier, "network", False) else 0
    if tiles.reach is None:
        if least + network > memory:
            warn(
                f"features {model.about['features']} look without bound, so the whole scene is mapped at once, which"
                f" takes about {(least + network) / 1e6:.0f} MB, more than the {request.memory:g} MB of --memory"
            )
        return tiles.rows, network
    rows = held.strip_rows(tiles.height, tiles.reach, memory - network)
    if rows < tiles.height:
        warn(
            f"--memory {request.memory:g}: a tile of {tiles.height} rows takes about {(least + network) / 1e6:.0f} MB"
            " and is the least"
        )
    return rows, network


def _corner(pixels: Pixels) -> list[float] | None:
    """The whole scene's transform, for its parts to be put together again."""
    return None if pixels.grid.transform is None else list(pixels.grid.transform)[:6]
