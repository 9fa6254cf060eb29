"""A heap of texts that was begun and never written is refused, where HDF5 alone would read on for ever."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hsclass.datasets.inspecting import inspect_files
from hsclass.datasets.readers import open_cube
from hsclass.errors import DataError
from tests.datasets.readers.products import make_aviris, make_emit


def without_heap(path: Path) -> Path:
    """Overwrite the heap of a file behind its own header by zeros."""
    content = bytearray(path.read_bytes())
    start, header, size = content.index(b"GCOL"), 16, 4096
    content[start + header : start + size] = bytes(size - header)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(("make", "name"), [(make_emit, "EMIT_L2A_RFL_1.nc"), (make_aviris, "other.tif")])
def test_heap_of_zeros_is_refused_by_every_reader(
    make: Callable[[Path, np.random.Generator], Path], name: str, tmp_path: Path
) -> None:
    path = without_heap(make(tmp_path / name, np.random.default_rng(0)))
    with pytest.raises(DataError, match="its texts of variable length cannot be read") as caught:
        open_cube(path, ndim=3)
    assert "\n" not in str(caught.value)


def test_sound_heap_is_read(tmp_path: Path) -> None:
    path = make_aviris(tmp_path / "a.nc", np.random.default_rng(0))
    assert b"GCOL" in path.read_bytes()
    assert inspect_files([path])[0].facts["crs"] == "EPSG:32633"
