"""The areas of an assessed map: their unit, and whether its pixels have one area at all."""

from typing import Literal

from hsclass.assess.design.strata import ClassRaster
from hsclass.errors import UsageError
from hsclass.ground_area import TOLERANCE, pixel_area

Unit = Literal["m2", "ha", "km2", "pixels"]
SQUARE_METRES: dict[Unit, float] = {"m2": 1.0, "ha": 1e4, "km2": 1e6}


def area_scale(raster: ClassRaster, unit: Unit | None) -> tuple[Unit, float]:
    """Return the unit of areas, by default hectares or else pixels, and the area of a pixel in it.

    Raises
    ------
    UsageError
        If the map does not give the area of its pixels.
    """
    pixel = pixel_area(raster.grid, raster.shape)
    if unit == "pixels" or (unit is None and pixel is None):
        return "pixels", 1.0
    if pixel is None:
        reason = uneven(raster) or "it has no coordinate reference system"
        raise UsageError(
            f"--unit {unit}: {raster.path} gives no areas, as {reason}; draw the sample of a map in an equal-area CRS,"
            " or take 'pixels'"
        )
    chosen: Unit = unit or "ha"
    return chosen, pixel / SQUARE_METRES[chosen]


def uneven(raster: ClassRaster) -> str | None:
    """Return why the pixels of a map that knows its place have no one area; None of other maps."""
    if raster.grid.crs is None or raster.grid.transform is None or pixel_area(raster.grid, raster.shape):
        return None
    return f"its pixels differ in area by more than {TOLERANCE:.0%} from their mean"
