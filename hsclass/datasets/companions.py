"""Files that belong together: an ENVI header and its data, a Shapefile and its table, the parts of a product."""

from pathlib import Path

from hsclass.datasets.readers import product_files
from hsclass.datasets.readers.envi import data_file

_WHOLE = {".npy", ".npz", ".mat", ".gpkg", ".geojson", ".json", ".fgb", ".txt", ".roi"}


def companion_files(path: Path) -> list[Path]:
    """Return the files that are read with a file: header, mask, metadata of GDAL, table and projection of a Shapefile.

    Of an ENVI header they are its data, of a satellite product its other files as far as they are read.
    """
    suffix = path.suffix.lower()
    if product := product_files(path):
        return product
    if suffix in _WHOLE:
        return []
    if suffix == ".shp":
        names = [path.with_suffix(other).name for other in (".shx", ".dbf", ".prj", ".cpg")]
    else:
        names = [path.with_suffix(".hdr").name, *(f"{path.name}{other}" for other in (".hdr", ".msk", ".aux.xml"))]
    found = {path.parent / name for name in names if (path.parent / name).is_file()}
    if suffix == ".hdr":
        found.add(data_file(path))
    return sorted(found - {path})
