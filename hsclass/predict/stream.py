"""A map from file to file: read in strips, predicted in tiles, resumed where a run was killed.

Each thread reads, predicts and saves a strip of its own, so that one reads while another predicts. A tile is predicted
by one thread, whatever their number, so that the map is the same. Only networks, which have threads of their own,
predict one tile after the other, each with all of them, and so does a model that takes the whole scene as one tile.
"""

import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from threadpoolctl import threadpool_limits

from hsclass import __version__
from hsclass.devices.memory import explained_out_of_memory
from hsclass.errors import UsageError
from hsclass.memory import MapMemory, network_memory
from hsclass.models.spectral_contract import Resampling, convert_bands
from hsclass.models.trained import TrainedModel
from hsclass.predict import products
from hsclass.predict.finished_strips import FinishedStrips, map_key, missing, model_digest
from hsclass.predict.pixels import Pixels
from hsclass.predict.plausibility import implausible, undeclared
from hsclass.predict.prediction import Chunk, Legend, Predictor, broken_note, require_applicability
from hsclass.predict.products import origin_tags, product
from hsclass.predict.style import write_style
from hsclass.predict.tiles import Tiles
from hsclass.progress import progress
from hsclass.raster import quiet, require_geotiff_name

_LOG = logging.getLogger(__name__)

MEMORY_MB = 1200
_FLOAT = 4
_EACH = 8  # strips for a thread, so that all end at about the same time; but a block is read at once if it can be
_REMEDY = "give a smaller --memory, or end what else takes memory; the same command resumes after the finished rows"


@dataclass(frozen=True)
class MapPart:
    """One of several parts of a map, counted from 1."""

    number: int
    of: int


@dataclass(frozen=True)
class MapRequest:
    """What is wanted in addition to the classes.

    Attributes
    ----------
    confidence, probabilities : Path or None
        Rasters to write.
    abstain : float or None
        Confidence below which a pixel gets no class.
    resample : {"linear", "gaussian"} or None
    memory : float
        Megabytes for the pixels being mapped, by all threads together, including the layers of a network, in
        addition to what program and model take.
    part : MapPart or None
        Which part of the map; None: all of it.
    applicability : bool
        Write `di.tif`, `aoa.tif` and, where the model knows accuracies of held-out samples, `expected_accuracy.tif`
        next to `map.tif`; of a map of another name, `NAME.di.tif` and so on.
    density : bool
        Write the local point density, `density.tif`, too. This takes several times as long as the others.
    """

    confidence: Path | None = None
    probabilities: Path | None = None
    abstain: float | None = None
    resample: Resampling | None = None
    memory: float = MEMORY_MB
    part: MapPart | None = None
    applicability: bool = False
    density: bool = False


@dataclass(frozen=True)
class MapReport:
    """What was mapped.

    Attributes
    ----------
    pixels : int
    seconds : float
        Of the prediction by the clock, without reading and writing, earlier runs that were resumed included. Where
        threads read and predict at once, this is the share that prediction has in their time.
    resumed : int
        Rows that an earlier run had finished.
    notes : tuple of str
        What was done to the bands, in words.
    outside : float or None
        Share of the pixels with data that lie outside the area of applicability; None where it was not asked for.
    """

    pixels: int
    seconds: float
    resumed: int
    notes: tuple[str, ...]
    outside: float | None = None


def map_file(
    model: TrainedModel,
    pixels: Pixels,
    output: Path,
    request: MapRequest | None = None,
    *,
    folder: Path | None = None,
    code: str = "",
) -> MapReport:
    """Map a scene into a cloud-optimised GeoTIFF.

    Finished strips are kept in a folder next to `output` until the map is whole, so that a run after a kill resumes
    from them, to the same file, byte for byte. As many strips are worked on at once as the model has threads and the
    memory allows.

    Parameters
    ----------
    model : TrainedModel
    pixels : Pixels
        From `hsclass.predict.opening.open_pixels`.
    output : Path
    request : MapRequest, optional
    folder : Path, optional
        Of the model, to identify it when a run is resumed.
    code : str
        A digest of the code that predicts, for the same.

    Raises
    ------
    DataError
        If the scene's bands are not the model's and may not, or cannot, be resampled.
    UsageError
        If an option is wrong, an output's name is not that of a GeoTIFF, its folder cannot be written to, or the model
        does not know its area of applicability and that is asked for.
    WriteError
        If the disk is full.
    """
    with rasterio.Env(GDAL_NUM_THREADS=str(model.classifier.threads)):
        return _map(model, pixels, output, request or MapRequest(), folder=folder, code=code)


def _map(
    model: TrainedModel, pixels: Pixels, output: Path, request: MapRequest, *, folder: Path | None, code: str
) -> MapReport:
    if request.memory <= 0:
        raise UsageError(f"--memory {request.memory:g}: expected megabytes, such as {MEMORY_MB}")
    targets = _targets(model, output, request)
    _require_own_files(pixels, targets)
    conversion = convert_bands(model.bands, pixels.bands, name=pixels.name, resample=request.resample)
    legend = Legend(model.classes, request.abstain)
    total, cols, _ = pixels.shape
    tiles = Tiles.of(total, cols, model.reach)
    predictor = Predictor(
        model, pixels, conversion, legend, tiles, request.probabilities is not None, measured=_measured(request)
    )  # fmt: skip
    for note in conversion.notes:
        _LOG.warning("scene %s: %s", pixels.name, note)
    rows = tiles.part(request.part.number, request.part.of) if request.part else slice(0, total)
    key = map_key(folder, model.card, {**_identity(predictor, request), "code": code})
    left = FinishedStrips(
        output, key, dtype=legend.dtype, cols=cols,
        probabilities=len(legend.classes) if request.probabilities else 0, measured=predictor.measured,
    )  # fmt: skip
    left.open()
    finished = left.finished(rows, tiles.height)
    resumed = sum(chunk.stop - chunk.start for chunk in finished)
    for strange in () if resumed else (undeclared(pixels), implausible(predictor)):
        if strange:
            _LOG.warning("scene %s: %s", pixels.name, strange)
    if resumed:
        _LOG.info("resumes an earlier run: %d of %d rows are done", resumed, rows.stop - rows.start)
    most, at_once, memory = _budget(predictor, request)
    if at_once > 1:
        each = -(-(rows.stop - rows.start) // at_once)
        most = min(most, each, max(each // _EACH, pixels.cube.block_rows))
    strips = [part for gap in missing(finished, rows) for part in tiles.strips(gap, most, pixels.cube.block_rows)]
    alone = threading.Lock() if model.classifier.runs_keras(model.classifier.options) else nullcontext()
    with progress("map", rows.stop - rows.start, unit="rows") as bar:
        bar.update(resumed)
        for strip in _finish(strips, replace(predictor, memory=memory, at_once=at_once, turn=alone), left):
            finished.append(strip)
            bar.update(strip.stop - strip.start)
    finished.sort(key=lambda strip: strip.start)
    tags = origin_tags(model.card.model, pixels.name)
    tags |= {} if folder is None else {"model_digest": model_digest(folder)}
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

    for kind, (_, path) in targets.items():
        product(kind, legend).write(
            path, chunks(), rows=rows, cols=cols, grid=pixels.cube.grid, tags=tags, scratch=left.folder
        )
    if not request.part:
        write_style(output, legend.entries)
    outside = _outside(chunks()) if predictor.measured else None
    seconds = sum(chunk.seconds for chunk in chunks())
    for note in _on_missing_data(chunks, whole=request.part is None):
        _LOG.warning("scene %s: %s", pixels.name, note)
    left.remove()
    return MapReport((rows.stop - rows.start) * cols, round(seconds, 3), resumed, conversion.notes, outside)


def _finish(strips: list[slice], predictor: Predictor, left: FinishedStrips) -> Iterator[slice]:
    """Read, predict and save strips, each in a thread of its own, and yield them in their order.

    If one fails, those that have begun are finished, and no other is begun.
    """
    classifier, name = predictor.model.classifier, predictor.pixels.name

    def finish(strip: slice) -> slice:
        with explained_out_of_memory(f"mapping {strip.stop - strip.start} rows of scene {name}", _REMEDY):
            left.save(predictor.chunk(strip))
        return strip

    given = classifier.threads
    classifier.threads = given if predictor.tiles.count == 1 else 1
    try:
        if predictor.at_once == 1:
            yield from map(finish, strips)
        else:
            # All threads have the same filters of warnings and limits of BLAS: none may restore them for the others.
            with (
                quiet(), threadpool_limits(1), rasterio.Env(GDAL_NUM_THREADS="1"),
                ThreadPoolExecutor(predictor.at_once) as pool,
            ):  # fmt: skip
                yield from pool.map(finish, strips)
    finally:
        classifier.threads = given


def _measured(request: MapRequest) -> int:
    """Return the number of bands of `Chunk.dissimilarity`."""
    return 4 + request.density if request.applicability or request.density else 0


def _targets(model: TrainedModel, output: Path, request: MapRequest) -> dict[str, tuple[str, Path]]:
    """Return the option and the file of each raster, by its product; the map itself is written last."""
    found = {
        products.CONFIDENCE: ("--confidence", request.confidence),
        products.PROBABILITIES: ("--probabilities", request.probabilities),
    }
    if request.applicability or request.density:
        known, option = require_applicability(model), "--applicability"
        found[products.DISSIMILARITY] = option, products.file_next_to(output, products.DISSIMILARITY)
        found[products.INSIDE] = option, products.file_next_to(output, products.INSIDE)
        if len(known.profile):
            found[products.EXPECTED] = option, products.file_next_to(output, products.EXPECTED)
        if request.density:
            found[products.DENSITY] = "--density", products.file_next_to(output, products.DENSITY)
    found[products.CLASSES] = "-o", output
    return {kind: (option, path) for kind, (option, path) in found.items() if path is not None}


def _outside(chunks: Iterator[Chunk]) -> float | None:
    """Return the share of the pixels with data outside the area of applicability."""
    outside = known = 0
    for chunk in chunks:
        assert chunk.dissimilarity is not None
        inside = chunk.dissimilarity[2]
        outside, known = outside + int((inside == 0).sum()), known + int((~np.isnan(inside)).sum())
    return outside / known if known else None


def _on_missing_data(chunks: Callable[[], Iterator[Chunk]], *, whole: bool) -> Iterator[str]:
    """Yield what to say of pixels without numbers, and of a whole map without a class."""
    if broken := broken_note(np.concatenate([chunk.broken for chunk in chunks()])):
        yield broken
    if whole and not any(chunk.classes.any() for chunk in chunks()):
        yield "no pixel has data, so that the map is empty; check what stands for no data"


def _require_own_files(pixels: Pixels, targets: Mapping[str, tuple[str, Path]]) -> None:
    """Raise UsageError where a file would be written over the scene or another file, or is not named as a GeoTIFF."""
    used = {pixels.cube.path.resolve(): "the scene itself"} if pixels.cube.path else {}
    for what, path in sorted(targets.values(), key=lambda target: target[0] != "-o"):
        require_geotiff_name(path)
        if taken := used.get(path.resolve()):
            raise UsageError(f"{what} {path}: is {taken}; give it a name of its own")
        used[path.resolve()] = f"the file of {what}, too"


def _identity(predictor: Predictor, request: MapRequest) -> dict[str, Any]:
    """All but the model that the pixels of a map follow from."""
    bands = predictor.pixels.bands.as_dict()
    return {
        "scene": dict(predictor.pixels.identity), "bands": bands, "tiles": asdict(predictor.tiles),
        "abstain": request.abstain, "resample": request.resample, "version": __version__,
    }  # fmt: skip


def _budget(predictor: Predictor, request: MapRequest) -> tuple[int, int, float]:
    """Rows of a strip that the memory allows, how many at once, and the bytes that a network may work in.

    Log a warning where the least that must be held is more.
    """
    pixels, tiles, model = predictor.pixels, predictor.tiles, predictor.model
    needed, bands = len(predictor.conversion.order), model.card.bands
    features, classes = model.card.n_features, len(predictor.legend.classes)
    rasters = 1 + predictor.with_probabilities * classes + predictor.measured
    results = predictor.legend.dtype.itemsize + _FLOAT * rasters
    held = MapMemory.of(
        pixels.shape[1], stored=needed, itemsize=pixels.cube.dtype.itemsize, bands=bands, features=features,
        classes=classes, results=results, model=model.classifier.map_bytes(model.classifier.options),
        measured=pixels.cube.measures, compared=predictor.measured > 0,
    )  # fmt: skip
    memory = request.memory * 1e6
    rows_at_least = tiles.rows if tiles.reach is None else tiles.height + 2 * tiles.reach
    least = held.least(rows_at_least)
    network = network_memory(memory, least) if model.classifier.runs_keras(model.classifier.options) else 0
    if tiles.reach is None:
        if least + network > memory:
            _LOG.warning(
                "features %s or model %s look without bound, so the whole scene is mapped at once, which takes about"
                " %.0f MB, more than the %g MB of --memory", model.card.features, model.card.model,
                (least + network) / 1e6, request.memory,
            )  # fmt: skip
        return tiles.rows, 1, network
    at_once = max(1, min(model.classifier.threads, tiles.count, int((memory - network) // least)))
    rows = held.strip_rows(tiles.height, tiles.reach, (memory - network) / at_once)
    if rows < tiles.height:
        _LOG.warning(
            "--memory %g: a tile of %d rows takes about %.0f MB and is the least", request.memory, tiles.height,
            (least + network) / 1e6,
        )  # fmt: skip
    return rows, at_once, network


def _corner(pixels: Pixels) -> list[float] | None:
    """The whole scene's transform, for its parts to be put together again."""
    transform = pixels.cube.grid.transform
    return None if transform is None else list(transform)[:6]
