"""The area of a pixel on the ground, against the formulas of the ellipsoid."""

import math

import pytest
from rasterio.crs import CRS
from rasterio.transform import Affine, from_origin

from hsclass.ground_area import pixel_area
from hsclass.raster import Grid

SHAPE = (100, 120)


def radii(latitude: float) -> tuple[float, float]:
    """Radii of curvature of WGS 84 along the meridian and across it [m]."""
    e2 = 0.00669437999014
    bent = 1 - e2 * math.sin(latitude) ** 2
    return 6378137 * (1 - e2) / bent**1.5, 6378137 / bent**0.5


def grid(crs: int | str, transform: Affine) -> Grid:
    return Grid(CRS.from_user_input(crs), transform)


def test_pixels_of_web_mercator_are_smaller_on_the_ground() -> None:
    latitude = math.radians(52.4182)
    north = 6378137 * math.log(math.tan(math.pi / 4 + latitude / 2))
    along, across = radii(latitude)
    expected = (10 * math.cos(latitude) / 6378137) ** 2 * along * across
    found = pixel_area(grid(3857, from_origin(1447145, north + 500, 10, 10)), SHAPE)
    assert found == pytest.approx(expected, rel=1e-6)
    assert found == pytest.approx(37.26, abs=0.01)


@pytest.mark.parametrize("west", [13.0, 179.995, -180.0])
@pytest.mark.parametrize("latitude", [0.0, 52.4182, -71.0])
def test_pixels_in_degrees_have_the_area_of_the_ellipsoid(latitude: float, west: float) -> None:
    along, across = radii(math.radians(latitude))
    expected = math.radians(1e-4) ** 2 * along * across * math.cos(math.radians(latitude))
    found = pixel_area(grid(4326, from_origin(west, latitude + 50e-4, 1e-4, 1e-4)), SHAPE)
    assert found == pytest.approx(expected, rel=1e-6)


def test_area_of_the_grid_stays_where_the_ground_agrees() -> None:
    assert pixel_area(grid(32633, Affine(30, 0, 364000, 0, -20, 5810000)), SHAPE) == pytest.approx(600, rel=1e-12)
    feet = pixel_area(grid(2263, Affine(10, 0, 1e6, 0, -10, 2e5)), SHAPE)  # New York, US survey feet
    assert feet == pytest.approx(100 * 0.3048006096**2, rel=1e-9)
    turned = Affine.translation(500000, 5810000) @ Affine.rotation(30) @ Affine.scale(2, -3)
    assert pixel_area(grid(32633, turned), SHAPE) == pytest.approx(6, rel=1e-12)
    world = from_origin(-17367530.45, 7314540.83, 36032.22, 36032.22)  # an equal-area grid of the whole Earth
    assert pixel_area(grid(6933, world), (406, 964)) == pytest.approx(36032.22**2, rel=1e-12)
    moon = grid("+proj=eqc +R=1737400 +units=m", from_origin(0, 0, 100, 100))
    assert pixel_area(moon, SHAPE) == pytest.approx(10_000)  # whose ground PROJ does not relate to the Earth's


def test_polar_stereographic_map_around_the_pole_is_one_area() -> None:
    # The scale at the pole is (1 + sin 70°) / 2 on a sphere, and 6e-4 more in area on the ellipsoid.
    expected = 1000**2 / ((1 + math.sin(math.radians(70))) / 2) ** 2
    assert pixel_area(grid(3413, from_origin(-50000, 50000, 1000, 1000)), (100, 100)) == pytest.approx(
        expected, rel=2e-3
    )


def test_map_whose_pixels_differ_has_no_area_of_a_pixel() -> None:
    # sec² of the latitude grows by 2 tan(52°) 110 km / (6371 km sec 52°) = 2.7 % from its south to its north
    assert pixel_area(grid(3857, from_origin(1447145, 6877079, 10, 10)), (11000, 100)) is None
    assert pixel_area(grid(3857, from_origin(1447145, 6877079, 10, 10)), (1100, 100)) is not None
    assert pixel_area(grid(4326, from_origin(-180, 90, 1, 1)), (180, 360)) is None


def test_pixels_of_an_unknown_place_have_no_area() -> None:
    assert pixel_area(Grid(), SHAPE) is None
    assert pixel_area(Grid(None, Affine(1, 0, 0, 0, -1, 0)), SHAPE) is None
    assert pixel_area(grid('LOCAL_CS["plan",UNIT["metre",1]]', Affine(1, 0, 0, 0, -1, 0)), SHAPE) is None
