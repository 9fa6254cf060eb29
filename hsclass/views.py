"""How a scene, a split and a map show themselves: in words, in a notebook, and drawn by matplotlib."""

import base64
import html
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from hsclass.axes import axes_or_new
from hsclass.errors import UsageError
from hsclass.natural_colours import backdrop
from hsclass.raster import Color
from hsclass.splitter import ROLE_COLORS, Role

if TYPE_CHECKING:
    from hsclass.predict.class_map import ClassMap
    from hsclass.scene import LandCover, Scene
    from hsclass.split import Split

_SIDE = 400  # longest side [pixels] of an image in a notebook
_BLACK: Color = (0, 0, 0)


class SceneView:
    """The views of a scene."""

    def __repr__(self) -> str:
        scene = cast("Scene", self)
        rows, cols, bands = scene.shape
        centres = scene.wavelengths
        known = "" if centres is None else f" ({centres.min():.0f} to {centres.max():.0f} nm)"
        lines = [f"Scene {scene.name!r}: {rows} x {cols} pixels, {bands} bands{known}, {scene.cube.dtype}"]
        if scene.labels is None:
            lines.append("no reference labels")
        else:
            lines.append(f"{np.count_nonzero(scene.labels)} labelled pixels of {len(scene.classes)} classes")
        at = scene.grid.transform
        size = "no map coordinates" if at is None else f"pixels of {abs(at.a):g} x {abs(at.e):g}"
        lines.append(f"{size}{'' if scene.grid.crs is None else f' in {scene.grid.crs}'}")
        if empty := int((~scene.mask).sum()):
            lines.append(f"{empty} pixels without data ({empty / scene.mask.size:.1%})")
        return "\n  ".join(lines)

    def _repr_html_(self) -> str:
        scene = cast("Scene", self)
        images = [backdrop(scene)[0]]
        if scene.labels is not None:
            images.append(_coloured(scene.labels, scene.colors))
        return _card(repr(self), images, scene.classes)

    def plot(self, what: str = "cube", *, ax: Any = None) -> Any:
        """Draw the cube in natural colours, or the reference labels.

        Parameters
        ----------
        what : {"cube", "labels"}
        ax : matplotlib.axes.Axes, optional
            To draw on; without it on a new figure.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        UsageError
            If there is no such thing to draw.
        DataError
            If the scene has no labels.
        """
        scene = cast("Scene", self)
        if what == "cube":
            return _image(backdrop(scene)[0], scene.name, ax)
        if what == "labels":
            return _classes(scene.require_labels(), scene.classes, f"{scene.name}, reference labels", ax)
        raise UsageError(f"what: is {what!r}; expected 'cube' or 'labels'")


class SplitView:
    """The views of a split."""

    def __repr__(self) -> str:
        split = cast("Split", self)
        kind = "images" if split.roles.ndim == 1 else "pixels"
        counts = ", ".join(
            f"{split.count(role)} {role.name.lower()}" for role in Role if role != Role.UNUSED and split.count(role)
        )
        leaky = "; declares itself leaky" if split.leaky else ""
        window = "" if kind == "images" else f", windows of {split.window} pixels"
        lines = [f"Split by {split.sampler!r}, seed {split.seed}{window}{leaky}", f"{kind}: {counts}"]
        lines += [f"class {share.id}: {share.note}" for share in split.classes if share.note]
        return "\n  ".join([*lines, *split.notes])

    def _repr_html_(self) -> str:
        roles = cast("Split", self).roles
        images = [_coloured(roles, ROLE_COLORS)] if roles.ndim == 2 else []
        return _card(repr(self), images, _roles(roles))

    def plot(self, *, ax: Any = None) -> Any:
        """Draw the role of every pixel, or the number of images in each role; arguments as of `Scene.plot`."""
        split = cast("Split", self)
        if split.roles.ndim == 2:
            return _classes(split.roles, _roles(split.roles), f"{split.sampler}, seed {split.seed}", ax)
        ax = axes_or_new(ax)
        entries = _roles(split.roles)
        ax.barh([name for _, name, _ in entries], [split.count(Role(role)) for role, _, _ in entries])
        ax.set_xlabel("images")
        return ax

    def to_frame(self) -> Any:
        """Return what each class was given, as a pandas.DataFrame: see `hsclass.split.ClassShare`."""
        import pandas as pd

        return pd.DataFrame([vars(share) for share in cast("Split", self).classes]).set_index("id")


class MapView:
    """The views of a map."""

    def __repr__(self) -> str:
        mapped = cast("ClassMap", self)
        rows, cols = mapped.classes.shape
        lines = [f"ClassMap of {mapped.scene!r} by {mapped.model}: {rows} x {cols} pixels in {mapped.seconds:.1f} s"]
        total = max(1, int((mapped.classes > 0).sum()))
        found = [(int((mapped.classes == cover.id).sum()), cover.name) for cover in mapped.legend]
        largest = sorted(found, reverse=True)[:5]
        lines.append("largest: " + ", ".join(f"{name} {count / total:.0%}" for count, name in largest))
        lines.append(
            f"mean confidence {mapped.confidence[mapped.classes > 0].mean() if mapped.classes.any() else 0:.2f}"
        )
        return "\n  ".join([*lines, *mapped.notes])

    def _repr_html_(self) -> str:
        mapped = cast("ClassMap", self)
        colors = {cover.id: cover.color for cover in mapped.legend}
        grey = np.repeat((mapped.confidence[..., np.newaxis] * 255).astype(np.uint8), 3, axis=2)
        return _card(repr(self), [_coloured(mapped.classes, colors), grey], mapped.legend)

    def plot(self, what: str = "classes", *, ax: Any = None) -> Any:
        """Draw the classes, or the confidence; arguments as of `Scene.plot`."""
        mapped = cast("ClassMap", self)
        if what == "classes":
            return _classes(mapped.classes, mapped.legend, f"{mapped.scene}, {mapped.model}", ax)
        if what != "confidence":
            raise UsageError(f"what: is {what!r}; expected 'classes' or 'confidence'")
        ax = axes_or_new(ax)
        drawn = ax.imshow(np.where(mapped.classes > 0, mapped.confidence, np.nan), vmin=0, vmax=1, cmap="viridis")
        ax.figure.colorbar(drawn, ax=ax, label="confidence")
        return _without_ticks(ax, f"{mapped.scene}, {mapped.model}")


def _roles(roles: np.ndarray) -> list[tuple[int, str, Color]]:
    return [(int(role), role.name.lower(), ROLE_COLORS[role]) for role in Role if role and (roles == role).any()]


def _coloured(values: np.ndarray, colors: Mapping[int, Color]) -> np.ndarray:
    """Return class ids or roles as red, green and blue, shape (rows, cols, 3), uint8; others are black."""
    table = np.zeros((max([*colors, int(values.max(initial=0))]) + 1, 3), np.uint8)
    for identity, color in colors.items():
        table[identity] = color
    return table[values]


def _entries(legend: Sequence["LandCover"] | Sequence[tuple[int, str, Color]]) -> list[tuple[int, str, Color]]:
    return [entry if isinstance(entry, tuple) else (entry.id, entry.name, entry.color) for entry in legend]


def _card(text: str, images: Sequence[np.ndarray], legend: Sequence[Any]) -> str:
    """Return words, images and a legend as HTML."""
    pictures = "".join(
        f'<img src="{_png(image)}" style="margin-right:8px;image-rendering:pixelated">' for image in images
    )
    keys = " ".join(
        f'<span style="white-space:nowrap"><span style="display:inline-block;width:0.9em;height:0.9em;'
        f'background:rgb{color}"></span> {html.escape(name)}</span>'
        for _, name, color in _entries(legend)
    )
    return f"<div><pre>{html.escape(text)}</pre><div>{pictures}</div><div>{keys}</div></div>"


def _png(image: np.ndarray) -> str:
    from PIL import Image

    step = max(1, -(-max(image.shape[:2]) // _SIDE))
    written = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image[::step, ::step])).save(written, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode('ascii')}"


def _image(image: np.ndarray, title: str, ax: Any) -> Any:
    ax = axes_or_new(ax)
    ax.imshow(image)
    return _without_ticks(ax, title)


def _classes(values: np.ndarray, legend: Sequence[Any], title: str, ax: Any) -> Any:
    from matplotlib.patches import Patch

    entries = _entries(legend)
    ax = _image(_coloured(values, {identity: color for identity, _, color in entries}), title, ax)
    patches = [Patch(color=tuple(part / 255 for part in color), label=name) for _, name, color in entries]
    ax.legend(handles=patches, loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0, frameon=False)
    return ax


def _without_ticks(ax: Any, title: str) -> Any:
    ax.set(title=title, xticks=[], yticks=[])
    return ax
