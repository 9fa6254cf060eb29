"""How much memory the stages hold, in one place: for mapping in strips, for the resources of jobs and for estimates."""

from dataclasses import dataclass

from hsclass.cost import Cost

HELD_BYTES = 1_500_000_000
"""Images of a set that are smaller together are read once and held."""

MAP_MEMORY = 200_000_000
"""Bytes that a network works in to map a scene, in addition to cube and result.

With 900 MB `cnn3d` was a quarter slower on one machine and a seventh faster on another.
"""

PROGRAM = 500
"""MB [10^6 bytes] of a process before it holds any data; 120 were measured."""

_LIBRARY = {False: 500, True: 1500}  # MB of a model's library and what it compiles; 350 and 1,000 were measured
_MAP = {False: 500, True: 1000}  # MB for mapping strip by strip, which `--memory` bounds
_ROW = 3e-3  # MB that the tables of an image take
_FLOAT = 4


def program_megabytes(stage: str, *, network: bool) -> float:
    """Return the MB of the program of a stage: `train`, `predict` and those like them load a model's library."""
    return PROGRAM + (_LIBRARY[network] if stage in {"train", "predict", "features"} else 0)


def map_budget(*, network: bool) -> float:
    """Return the MB that the workflow grants mapping strip by strip."""
    return _MAP[network]


def stage_megabytes(stage: str, *, cube: float, pixels: int, runs: int = 1) -> float:
    """Return the MB that a stage without a model holds of a scene: copies of its cube, and rasters of each run."""
    copies = {"scene": 4, "split": 2, "report": 2}.get(stage, 0)
    return copies * cube + 60e-6 * pixels * (runs if stage in {"compare", "report"} else 1)


def train_megabytes(cost: Cost, *, cube: float, featured: float, network: bool) -> float:
    """Return the MB that training holds: the cube as stored and normalised, its features, and what the model adds."""
    # A network holds a copy of the features; other models one of the training pixels'.
    return 2 * cube + (3 if network else 1.5) * featured + 1e-6 * cost.train_bytes


def table_megabytes(images: int) -> float:
    """Return the MB of the tables of a set of images."""
    return _ROW * images


def held_megabytes(images: int, values: int, *, channels: int, most: float = HELD_BYTES) -> float:
    """Return the MB of images of so many values in memory: bytes up to four channels, else float32; at most `most`."""
    return 1e-6 * min(most, images * values * (1 if channels <= 4 else _FLOAT))


@dataclass(frozen=True)
class MapMemory:
    """Bytes that mapping takes.

    Attributes
    ----------
    cols : int
        Of the scene.
    pixel : float
        Of a pixel of a strip: its values as stored, and its results.
    tile_pixel : float
        Of a pixel while its tile is predicted.
    """

    cols: int
    pixel: float
    tile_pixel: float

    @classmethod
    def of(
        cls, cols: int, *, stored: int, itemsize: int, bands: int, features: int, classes: int, results: float,
        model: float = 0.0, measured: bool = False, compared: bool = False,
    ) -> "MapMemory":  # fmt: skip
        """Return the memory of a map of `stored` bands of `itemsize` bytes, for a model of `bands` and `features`.

        `results` are the bytes of a pixel's results, and `model` those that the model takes for a pixel of a tile in
        addition (`Classifier.map_bytes`); `measured` says whether the values are computed from those stored, and
        `compared` whether the features are compared with training samples.
        """
        values = 2 * bands + (4 if compared else 2) * features + 3 * classes + 2 * stored * measured
        return cls(cols, stored * itemsize + results, stored * (itemsize + 1) + _FLOAT * values + model)

    def least(self, rows: int) -> float:
        """Return the bytes of so many rows, read and predicted at once."""
        return rows * self.cols * (self.pixel + self.tile_pixel)

    def strip_rows(self, height: int, reach: int, memory: float) -> int:
        """Return how many rows a strip may have, of tiles of that height, where `memory` bytes may be taken."""
        tile = (height + 2 * reach) * self.cols * self.tile_pixel
        return int((memory - tile) // (self.cols * self.pixel)) - 2 * reach


def network_memory(memory: float, least: float) -> float:
    """Return the bytes, of `memory` for all, that a network may work in where a tile takes at least `least`.

    It gets what the tile leaves, but three quarters at most, so that strips can be higher than a tile, and one quarter
    at least; and no more than `MAP_MEMORY`.
    """
    return min(max(memory - least, memory / 4), 3 * memory / 4, MAP_MEMORY)
