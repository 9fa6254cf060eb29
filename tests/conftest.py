"""Small synthetic scenes and folders of images that the tests of several packages share."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hsclass.samples import ImageRecord, ImageSamples
from hsclass.scene import LandCover, Scene
from hsclass.split import Role, Split

CLASSES = (
    LandCover(2, "water", (0, 0, 255)),
    LandCover(7, "wood", (0, 99, 0)),
    LandCover(12, "soil", (150, 90, 0)),
)


def make_toy_scene(seed: int = 0) -> Scene:
    """Return 24 x 24 pixels and 24 bands of three land covers in horizontal stripes, easy to tell apart.

    The labels are 2, 7 and 12; the top right corner is unlabelled.
    """
    bands = np.arange(24)
    spectra = np.stack([np.exp(-(((bands - centre) / 5) ** 2)) for centre in (4, 12, 20)])
    stripe = np.repeat([0, 1, 2], 8)[:, np.newaxis].repeat(24, axis=1)
    noise = np.random.default_rng(seed).normal(0, 0.1, (24, 24, 24))
    labels = np.array([2, 7, 12], np.uint8)[stripe]
    labels[:2, -2:] = 0
    return Scene(
        name="toy",
        cube=(1000 * (1 + spectra[stripe] + noise)).astype(np.float32),
        labels=labels,
        wavelengths=400.0 + 10 * bands,
        mask=np.ones((24, 24), bool),
        classes=CLASSES,
        digest="d1",
    )


def make_toy_split(scene: Scene, *, window: int = 7, validation: bool = True) -> Split:
    """Return training columns 0-8 and test columns 15-23, at least a window of 7 apart, and validation below test."""
    roles = np.zeros(scene.shape[:2], np.uint8)
    roles[:, :9], roles[:, 9:15], roles[:, 15:] = Role.TRAIN, Role.GUARD, Role.TEST
    if validation:
        roles[::2, 7:9] = Role.VALIDATION
    roles[scene.require_labels() == 0] = Role.UNUSED
    return Split(roles, window, "fixed", 0, {"train": 0.3, "validation": 0.05}, False)


@pytest.fixture(scope="session")
def toy_scene() -> Scene:
    return make_toy_scene()


@pytest.fixture(scope="session")
def toy_split(toy_scene: Scene) -> Split:
    return make_toy_split(toy_scene)


class Stopped(Exception):  # noqa: N818
    """A computation that a test has stopped."""


class Reports:
    """What was reported of long computations: the updates of their progress, in order.

    `stop` makes the update of that number raise Stopped, as a kill would end the computation there.
    """

    stopped = Stopped

    def __init__(self) -> None:
        self.updates: list[tuple[float, str]] = []
        self._stop_after: int | None = None

    def stop(self, after: int | None) -> None:
        self.updates.clear()
        self._stop_after = after

    @property
    def notes(self) -> list[str]:
        return [note for _, note in self.updates if note]

    def record(self, done: float = 1, note: str = "") -> None:
        if not done:
            return
        self.updates.append((done, note))
        if len(self.updates) == self._stop_after:
            self._stop_after = None
            raise Stopped


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch) -> Reports:
    """Record the progress of computations; stop one with `reports.stop`, which raises `reports.stopped`."""
    found = Reports()
    monkeypatch.setattr("hsclass.progress._Lines.update", lambda bar, done=1, note="": found.record(done, note))
    return found


@pytest.fixture
def warnings_logged(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Return a function that gives the warnings logged since it was last called."""

    def warnings() -> list[str]:
        found = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
        caplog.clear()
        return found

    return warnings


@pytest.fixture
def make_index() -> Callable[..., ImageSamples]:
    """Return an index without files: classes a and b in turn, hashes far from each other unless given."""

    def make(
        count: int = 20, *, hashes: dict[int, str] | None = None, splits: dict[int, str] | None = None
    ) -> ImageSamples:
        rng = np.random.default_rng(1)
        drawn = [f"{value:016x}" for value in rng.integers(0, 2**63, count, dtype=np.uint64)]
        images = tuple(
            ImageRecord(
                f"{'ab'[place % 2]}/{place:03d}.png",
                ("ab"[place % 2],),
                (splits or {}).get(place, ""),
                (8, 8, 3),
                f"digest{place}",
                (hashes or {}).get(place, drawn[place]),
            )
            for place in range(count)
        )
        classes = tuple(LandCover(1 + place, name, (place, 0, 0)) for place, name in enumerate("ab"))
        return ImageSamples("set", Path("/nowhere"), images, classes)

    return make


COLOURS = {"field": (40, 160, 40), "roof": (180, 60, 50), "water": (30, 60, 170)}


def picture(colour: tuple[int, int, int], rng: np.random.Generator, side: int = 16) -> np.ndarray:
    """Return a noisy image of one colour, with a bright rectangle somewhere."""
    pixels = rng.normal(colour, 20, (side, side, 3))
    row, col = rng.integers(0, side // 2, 2)
    pixels[row : row + side // 3, col : col + side // 3] += 60
    return pixels.clip(0, 255).astype(np.uint8)


@pytest.fixture
def make_folder(tmp_path: Path) -> Callable[..., Path]:
    """Write a folder with a sub-folder a class."""

    def make(each: int = 10, name: str = "scenes", suffix: str = ".png", side: int = 16) -> Path:
        from PIL import Image

        rng = np.random.default_rng(0)
        folder = tmp_path / name
        for kind, colour in COLOURS.items():
            (folder / kind).mkdir(parents=True)
            for number in range(each):
                Image.fromarray(picture(colour, rng, side)).save(folder / kind / f"{kind}{number:02d}{suffix}")
        return folder

    return make
