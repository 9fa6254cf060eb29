"""The catalogue of data sets, and descriptor files in it or outside of it."""

import os
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

import yaml

from hsclass.datasets.descriptor import Descriptor, Source
from hsclass.errors import UsageError
from hsclass.options import parse_options


def catalogue() -> dict[str, Path]:
    """Return the descriptor file of every data set in the catalogue, by name."""
    folder = Path(str(files("hsclass.datasets"))) / "catalogue"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def descriptor_file(name_or_file: str | os.PathLike[str]) -> Path:
    """Return the descriptor file of a data set in the catalogue, or the file itself.

    Raises
    ------
    UsageError
        If the catalogue has no such name, or there is no such file (when it looks like one: it has a folder, or ends
        in .yaml or .yml).
    """
    text = os.fspath(name_or_file)
    if isinstance(name_or_file, os.PathLike) or os.sep in text or "/" in text or text.endswith((".yaml", ".yml")):
        if not Path(text).is_file():
            raise UsageError(f"{text}: no such file; expected a descriptor (YAML), or a name: {', '.join(catalogue())}")
        return Path(text)
    known = catalogue()
    if text not in known:
        near = get_close_matches(text, known, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        names = ", ".join(known)
        raise UsageError(f"unknown data set '{text}': expected one of {names}, or a descriptor file (.yaml){hint}")
    return known[text]


def load_descriptor(name_or_file: str | os.PathLike[str]) -> Descriptor:
    """Read and check the descriptor of a data set.

    Parameters
    ----------
    name_or_file : str or path-like
        A name in the catalogue, or a descriptor file.

    Returns
    -------
    Descriptor
        Its local paths are absolute: the file gives them relative to its own folder.

    Raises
    ------
    UsageError
        If there is no such name or file, or for the first thing in it that is wrong.
    """
    file = descriptor_file(name_or_file)
    try:
        given = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror}); give a descriptor file") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: is not YAML ({' '.join(str(error).split())}); correct that place") from error
    if not isinstance(given, dict):
        raise UsageError(f"{file}: holds {type(given).__name__}; expected keys such as cube, labels, classes")
    descriptor = parse_options(Descriptor, {"name": file.stem, **given}, f"{file}")
    folder = file.absolute().parent
    return descriptor.model_copy(
        update={
            "cube": tuple(_absolute(source, folder) for source in descriptor.cube),
            "labels": tuple(_absolute(source, folder) for source in descriptor.labels),
        }
    )


def _absolute(source: Source, folder: Path) -> Source:
    if not source.is_local:
        return source
    return source.model_copy(update={"path": os.path.normpath(folder / Path(source.path or "").expanduser())})
