"""The form of a descriptor, the one YAML file that describes a data set, and what an experiment may cut from it."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from hsclass.errors import UsageError
from hsclass.options import NAME, Options
from hsclass.wording import composed

SOURCES = ("cube", "labels", "more_labels")
"""Keys of a descriptor that name files."""

BandIndex = Annotated[int, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]
Nanometres = Annotated[float, Field(gt=0)]
Axes = Literal[
    "rows cols bands", "bands rows cols", "cols rows bands", "bands cols rows", "rows bands cols", "cols bands rows",
    "pixels bands", "bands pixels", "rows cols", "cols rows", "pixels",
]  # fmt: skip
PixelOrder = Literal["by_rows", "by_columns"]
Overlap = Literal["drop", "first", "last"]


def path_below(folder: Path, path: str) -> str:
    """Return a path that a descriptor in `folder` gives; of the folder of a product the path of its main file."""
    found = Path(os.path.normpath(folder / Path(path).expanduser()))
    if found.is_dir():
        from hsclass.datasets.readers import product_of

        if product := product_of(found):
            return str(product[1])
    return str(found)


def portable(path: str | os.PathLike[str], home: Path) -> str:
    """Return the path of a file that stays where it is, as what is fetched into `home` names it.

    From `home` where both lie in one project, the folder around the folder of fetched files, so that a project may be
    moved; else as it is.
    """
    whole, start = (Path(os.path.normpath(Path(one).absolute())) for one in (path, home))
    inside = len(start.parents) > 1 and whole.is_relative_to(start.parents[1])
    return os.path.relpath(whole, start) if inside else str(whole)


class Source(Options):
    """One place where a file can be had: in an installed package, at an address, at a local path, or from a person."""

    package: str | None = Field(None, pattern=r"^[A-Za-z_]\w*$", description="an installed package that holds `path`")
    path: str | None = Field(None, min_length=1, description="inside `package`, or from the descriptor's folder")
    url: str | None = Field(None, pattern=r"^https?://.+/.*[^/]$")
    sha256: Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9a-fA-F]{64}$")] | None = None
    key: str | None = Field(None, description="variable of a file that holds several")
    by_hand: str | None = Field(None, pattern=r"^[^/\\\\]+$", description="name of a file that no program may fetch")
    obtain: str | None = Field(None, min_length=1, description="where and how a person gets the file `by_hand`")
    axes: Axes | None = Field(
        None,
        description="axes of an array in the file; default: rows cols bands, but bands rows cols of a raster",
    )
    pixels: PixelOrder | None = Field(
        None, description="order of an axis of pixels; default: by_columns in MATLAB files, by_rows in NumPy files"
    )
    quality: tuple[str, ...] | None = Field(
        None,
        description="quality layers of a satellite product whose pixels count as without data, as inspect lists them",
    )
    glt: tuple[str, str] | None = Field(
        None,
        description="arrays of an HDF5 or netCDF file that give the sensor's column and row of each place of the map",
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.by_hand and self.obtain and not (self.url or self.path or self.package):
            return self
        if self.by_hand or self.obtain:
            raise ValueError("'by_hand', the file's name, goes with 'obtain', where to get it, and no other place")
        if (self.url is None) == (self.path is None) or (self.package and not self.path):
            raise ValueError("give either 'url', or 'path', or 'package' with the 'path' inside it")
        return self

    @property
    def is_local(self) -> bool:
        """Whether the file stays where it is, instead of being copied into the data folder."""
        return self.path is not None and self.package is None

    def below(self, folder: Path) -> Self:
        """Return the source with its path, where that is local, from a folder, which its descriptor lies in."""
        return self.model_copy(update={"path": path_below(folder, self.path or "")}) if self.is_local else self

    def seen_from(self, home: Path) -> Self:
        """Return the source with its path, where that is local, as `portable` gives it."""
        return self.model_copy(update={"path": portable(self.path or "", home)}) if self.is_local else self

    @property
    def file_name(self) -> str:
        """Name of the file, without its folder."""
        return self.by_hand or PurePosixPath(self.path or unquote(urlsplit(self.url or "").path)).name

    @property
    def place(self) -> str:
        """Where the file comes from, in words."""
        return f"package {self.package}, {self.path}" if self.package else self.url or self.path or self.by_hand or ""

    @property
    def reading(self) -> dict[str, Any]:
        """How the file is to be read, beyond its key: the options that are not as by default."""
        return self.model_dump(
            mode="json", exclude=set(Source.model_fields) - {"axes", "pixels", "quality", "glt"}, exclude_defaults=True
        )


class ShapeOptions(Options):
    """What is to be taken from a file of polygons or points."""

    layer: str | None = Field(None, description="layer of a file that holds several")
    field: str | None = Field(None, description="attribute that gives the class: ids, or names; default: the only one")
    name_field: str | None = Field(None, description="attribute that names the classes, where `field` holds ids")
    color_field: str | None = Field(None, description="attribute with the classes' colours: #rrggbb, or r,g,b")
    group: str | None = Field(
        None, description="attribute that says which features belong together: a field, a site, a campaign"
    )
    all_touched: bool = Field(
        False, description="take every pixel that is touched, not only those with their centre in"
    )
    overlap: Overlap = Field(
        "drop", description="pixels of several classes: unlabelled, or the first or last in the file"
    )


def _several(given: Any) -> Any:
    """Read one value as a list of one."""
    return given if isinstance(given, list | tuple) else [given]


Text = Annotated[str, AfterValidator(composed)]
Values = Annotated[tuple[Annotated[float, Field(allow_inf_nan=True)], ...], BeforeValidator(_several)]


class LabelSource(ShapeOptions, Source):
    """A place of the reference data."""

    unlabelled: Values = Field(
        (),
        description="values of a raster that stand for no class: .nan for NaN; default: 0 and nodata",
    )


def _listed(given: Any) -> Any:
    """Read alternative sources: a list, or one of them alone; a text is a path or an address."""
    items = given if isinstance(given, list | tuple) else [] if given is None else [given]
    return [{"url" if "://" in item else "path": item} if isinstance(item, str) else item for item in items]


Sources = Annotated[tuple[Source, ...], BeforeValidator(_listed)]
LabelSources = Annotated[tuple[LabelSource, ...], BeforeValidator(_listed)]


class ClassEntry(Options):
    """A class of the reference data, as its publisher describes it."""

    id: int = Field(ge=1, le=65535)
    name: Text = Field(min_length=1)
    color: str | None = Field(None, pattern=r"^#[0-9a-fA-F]{6}$")
    pixels: int | None = Field(None, ge=0, description="published number of labelled pixels; checked")
    values: tuple[int | Text, ...] = Field(
        (),
        description="what stands for the class in the file: ids, names in an attribute, or colours (#rrggbb) of a"
        " picture; default: its id, name or color",
    )


class Descriptor(Options):
    """A data set. Band indices count from 0 in the file's own bands; `shape` is the file's too."""

    name: str = Field(pattern=NAME, description="default: the file's name")
    title: str = ""
    sensor: str = ""
    licence: str = ""
    cite: str = ""
    note: str = Field("", description="what users of the data should know, such as a known defect")
    shape: tuple[Count, Count, Count] | None = Field(None, description="rows, cols, bands; checked")
    cube: Sources = Field(min_length=1, description="sources of the cube, tried in order")
    labels: LabelSources = Field((), description="sources of the reference data, tried in order")
    more_labels: LabelSources = Field((), description="further files of labels, for pixels that those before leave out")
    nodata: Values = Field((), description="values without data, .nan for NaN; default: the file's own")
    drop_bands: tuple[BandIndex, ...] = Field((), description="bands to leave out, such as water absorption")
    rgb: tuple[BandIndex, BandIndex, BandIndex] | None = Field(None, description="bands in natural colours")
    wavelengths: tuple[Nanometres, ...] | None = Field(
        None, description="band centres [nm]; [] for none, as of a stack of several dates; default: the file's own"
    )
    fwhm: tuple[Nanometres, ...] | None = Field(None, description="full widths at half maximum [nm], one a band")
    scale: float | None = Field(None, description="a value times it is what was measured; default: the file's own")
    offset: float | None = Field(None, description="to add after `scale`; default: the file's own, or none")
    classes: tuple[ClassEntry, ...] = ()

    @model_validator(mode="after")
    def _bands_fit(self) -> Self:
        used = (*(self.rgb or ()), *self.drop_bands)
        if self.shape is not None and used and max(used) >= self.shape[2]:
            raise ValueError(f"band index {max(used)} is outside of the cube's {self.shape[2]} bands, 0-based")
        if self.shape is not None and self.wavelengths is not None and len(self.wavelengths) != self.shape[2]:
            raise ValueError(f"'wavelengths' lists {len(self.wavelengths)} band centres for {self.shape[2]} bands")
        if self.shape is not None and self.fwhm is not None and len(self.fwhm) != self.shape[2]:
            raise ValueError(f"'fwhm' lists {len(self.fwhm)} widths for {self.shape[2]} bands")
        if self.scale == 0:
            raise ValueError("'scale' is 0, which leaves nothing of the data; give the factor, such as 0.0001")
        if clash := sorted(set(self.rgb or ()) & set(self.drop_bands)):
            raise ValueError(f"band {clash[0]} stands in 'rgb' and in 'drop_bands'; choose another for 'rgb'")
        return self

    @model_validator(mode="after")
    def _more_than_labels(self) -> Self:
        if self.more_labels and not self.labels:
            raise ValueError("'more_labels' are in addition to 'labels', which is missing; name the first file there")
        if distant := [source.place for source in self.more_labels if not source.is_local]:
            raise ValueError(f"'more_labels' are read where they are, found {distant[0]}; give the 'path' of a file")
        return self

    @model_validator(mode="after")
    def _classes_stand_once(self) -> Self:
        ids = [entry.id for entry in self.classes]
        if twice := sorted({identity for identity in ids if ids.count(identity) > 1}):
            raise ValueError(f"class id {twice[0]} stands twice in 'classes'; give each class its own")
        names = [entry.name.casefold() for entry in self.classes]
        if twice_named := [entry.name for entry in self.classes if names.count(entry.name.casefold()) > 1]:
            raise ValueError(f"'{twice_named[0]}' names two of the 'classes'; give each a name of its own")
        values = [str(value) for entry in self.classes for value in entry.values or (entry.id,)]
        if twice_given := sorted({value for value in values if values.count(value) > 1}):
            raise ValueError(
                f"{twice_given[0]} in the file stands for two of the 'classes'; give it to one by 'values'"
            )
        return self

    @model_validator(mode="after")
    def _files_do_not_overwrite(self) -> Self:
        for cube in self.cube:
            for labels in self.labels:
                same = cube.sha256 == labels.sha256 if cube.sha256 or labels.sha256 else cube.place == labels.place
                if cube.file_name == labels.file_name and not (same or cube.is_local or labels.is_local):
                    raise ValueError(f"'cube' and 'labels' are two files of one name, {cube.file_name}; rename one")
        return self

    def digest(self, home: Path) -> str:
        """Return the SHA-256 of the sources listed, to know whether the files fetched into `home` belong to these."""
        sources = {part: tuple(source.seen_from(home) for source in getattr(self, part)) for part in SOURCES}
        text = self.model_copy(update=sources).model_dump_json(include={*SOURCES}, exclude_defaults=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def kept_shape(self) -> tuple[int, int, int] | None:
        """(rows, cols, bands) without `drop_bands`, None when the shape is not known."""
        return self.shape and (self.shape[0], self.shape[1], self.shape[2] - len(set(self.drop_bands)))

    @property
    def kept_wavelengths(self) -> tuple[float, ...] | None:
        """Band centres [nm] without `drop_bands`, None when the descriptor does not list any."""
        listed = self.wavelengths or None
        return listed and tuple(centre for band, centre in enumerate(listed) if band not in self.drop_bands)


class SceneOptions(Options):
    """What an experiment may cut from a data set to make its scene."""

    rows: tuple[BandIndex, BandIndex] | None = Field(None, description="first row and the row after the last, 0-based")
    cols: tuple[BandIndex, BandIndex] | None = Field(None, description="the same for columns")
    drop_classes: tuple[Count, ...] = Field((), description="class ids to set to unlabelled")

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        for name, span in (("rows", self.rows), ("cols", self.cols)):
            if span is not None and span[0] >= span[1]:
                raise ValueError(f"'{name}' [{span[0]}, {span[1]}] is empty; the start must be less than the stop")
        return self

    def cut(self, shape: tuple[int, ...]) -> tuple[slice, slice]:
        """Return the slices of rows and columns, for a raster whose shape begins with (rows, cols).

        Raises
        ------
        UsageError
            If the cut reaches beyond the raster.
        """
        slices = []
        for name, span, size in (("rows", self.rows, shape[0]), ("cols", self.cols, shape[1])):
            start, stop = span or (0, size)
            if stop > size:
                raise UsageError(f"scene: option '{name}' is [{start}, {stop}]; expected a stop of {size} at the most")
            slices.append(slice(start, stop))
        return slices[0], slices[1]

    def cut_shape(self, shape: tuple[int, int, int]) -> tuple[int, int, int]:
        """Return the (rows, cols, bands) that the cut leaves of `shape`; raises as `cut` does."""
        rows, cols = self.cut(shape)
        return rows.stop - rows.start, cols.stop - cols.start, shape[2]

    def cut_counts(self, descriptor: Descriptor) -> Mapping[int, int]:
        """Return the labelled pixels of each class id, as far as known without reading: empty after a cut."""
        published = {entry.id: entry.pixels for entry in descriptor.classes if entry.id not in self.drop_classes}
        counts = {identity: pixels for identity, pixels in published.items() if pixels is not None}
        return {} if self.rows or self.cols or len(counts) < len(published) else counts
