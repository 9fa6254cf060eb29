"""Files that belong together: an ENVI header and its data, a Shapefile and its table."""

from pathlib import Path

from hsclass.errors import DataError

_DATA_SUFFIXES = ("", ".dat", ".img", ".bsq", ".bil", ".bip", ".raw", ".bin", ".cube", ".envi")
_WHOLE = {".npy", ".npz", ".mat", ".gpkg", ".geojson", ".json", ".fgb", ".txt", ".roi"}


def data_file(path: Path) -> Path:
    """Return the file of the pixels: `path` itself, or the one that an ENVI header belongs to.

    Raises
    ------
    DataError
        If there is no such file beside a header.
    """
    if path.suffix.lower() != ".hdr":
        return path
    stem = path.with_suffix("")
    names = [stem.name + suffix for suffix in _DATA_SUFFIXES]
    beside = {file.name.lower(): file for file in path.parent.iterdir() if file.is_file() and file != path}
    found = [beside[name.lower()] for name in names if name.lower() in beside]
    if not found:
        raise DataError(
            f"{path}: is the header of an ENVI file whose data are missing beside it; expected {stem.name} without"
            f" suffix or with one of {', '.join(_DATA_SUFFIXES[1:])}; put it there"
        )
    return found[0]


def files_beside(path: Path) -> list[Path]:
    """Return the files that are read with a file: header, metadata of GDAL, table and projection of a Shapefile.

    Of an ENVI header they are its data.
    """
    suffix = path.suffix.lower()
    if suffix in _WHOLE:
        return []
    if suffix == ".shp":
        names = [path.with_suffix(other).name for other in (".shx", ".dbf", ".prj", ".cpg")]
    else:
        names = [path.with_suffix(".hdr").name, f"{path.name}.hdr", f"{path.name}.aux.xml"]
    found = {path.parent / name for name in names if (path.parent / name).is_file()}
    if suffix == ".hdr":
        found.add(data_file(path))
    return sorted(found - {path})
