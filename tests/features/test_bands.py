"""Bands kept and left out, by number and by wavelength."""

from typing import Any

import numpy as np
import pytest

from hsclass.errors import DataError, UsageError
from hsclass.features.bands import Bands, BandsOptions
from hsclass.features.extractor import Origin
from hsclass.options import parse_options

# Two spectrometers that overlap: the centres step back after the fourth band.
CENTRES = np.array([900.0, 1000, 1340, 1400, 1390, 1500, 1900, 2100])


def kept(**options: Any) -> list[int]:
    """Return the numbers, from 0, of the bands that are kept of eight, whose values are these numbers."""
    cube = np.broadcast_to(np.arange(8, dtype=np.float32), (2, 3, 8))
    given = parse_options(BandsOptions, options, "features bands").model_dump()
    extractor = Bands(**given).fit(cube, origin=Origin(CENTRES))
    assert extractor.count(8, 0, tuple(CENTRES)) == len(extractor.kept_)
    values = extractor.transform(cube)
    assert values.shape == (2, 3, len(extractor.kept_))
    return values[1, 2].tolist()


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({}, [0, 1, 2, 3, 4, 5, 6, 7]),
        ({"keep": [6, [1, 2]]}, [1, 2, 6]),
        ({"drop": [[0, 5]]}, [6, 7]),
        ({"keep_nm": [[1000, 1400]]}, [1, 2, 3, 4]),
        ({"drop_nm": [[0, 1000], [1500, 3000]]}, [2, 3, 4]),
        ({"keep": [0], "keep_nm": [[1395, 1600]]}, [0, 3, 5]),
        ({"keep": [[2, 5]], "drop": [3], "drop_nm": [[1490, 1510]]}, [2, 4]),
        ({"drop_water": True}, [0, 1, 2, 5, 7]),
    ],
)
def test_bands_are_those_asked_for(options: dict[str, Any], numbers: list[int]) -> None:
    assert kept(**options) == numbers


def test_count_is_open_while_the_wavelengths_are_not_known() -> None:
    assert Bands(drop_water=True).count(8, 3) is None
    assert Bands(drop=(2, (4, 7))).count(8, 3) == 3


def test_range_of_wavelengths_in_a_scene_without_any() -> None:
    with pytest.raises(DataError, match="features bands: a range of wavelengths is given, but the scene has no"):
        Bands(keep_nm=((400, 700),)).fit(np.zeros((2, 2, 8)), origin=Origin())


def test_numbers_need_no_wavelengths() -> None:
    assert Bands(drop=(0,)).fit(np.zeros((2, 2, 3))).kept_.tolist() == [1, 2]


@pytest.mark.parametrize("option", ["keep", "drop"])
def test_number_beyond_the_last_band(option: str) -> None:
    with pytest.raises(UsageError, match=f"features bands: option '{option}' names band 8; expected numbers from 0 to"):
        kept(**{option: [[2, 8]]})


def test_nothing_left() -> None:
    with pytest.raises(UsageError, match="the options leave none of the 8 bands"):
        kept(keep_nm=[[3000, 4000]])
    with pytest.raises(UsageError, match="the options leave none of the 8 bands"):
        kept(drop=[[0, 7]])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"keep": [-1]}, r"option 'keep\.0"),
        ({"drop": [[5, 2]]}, r"the range \[5, 2\] runs backwards; expected \[2, 5\]"),
        ({"keep_nm": [[700.0, 400.0]]}, r"the range \[700\.0, 400\.0\] runs backwards"),
    ],
)
def test_impossible_option(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        kept(**options)
