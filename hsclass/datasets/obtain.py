"""Obtain a file from the first source that gives it, checksum-verified, and note where it came from."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hsclass.atomic import atomic_path, write_text
from hsclass.datasets.companions import companion_files
from hsclass.datasets.descriptor import Source, portable
from hsclass.datasets.download import download
from hsclass.datasets.manifest import MANIFEST, file_digest
from hsclass.errors import FetchError, UsageError

MIRROR_VARIABLE = "HSCLASS_DATA_MIRROR"
OFFLINE_VARIABLE = "HSCLASS_OFFLINE"


def write_manifest(home: Path, manifest: dict[str, Any]) -> None:
    """Write `source.json`, once all files are there; the notes of their origin, which it now holds, go."""
    write_text(home / MANIFEST, json.dumps(manifest, indent=1) + "\n")
    for note in home.glob(_note("*")):
        note.unlink()


def _note(name: str) -> str:
    """Say where a file comes from, so that a run that is killed before it writes `source.json` keeps it."""
    return f".origin-{name}"


class _RefusedError(Exception):
    """Why a source did not give the file."""


def obtain(part: str, sources: tuple[Source, ...], home: Path, mirror: list[Path]) -> dict[str, Any]:
    """Get one file of a data set into its folder.

    Parameters
    ----------
    part : str
        What the file is, for the message and for what `source.json` in `home` says of it.
    sources : tuple of Source
        Tried in order.
    home : Path
        Folder of the data set, named after it.
    mirror : list of Path
        From `mirror_files`.

    Returns
    -------
    dict
        The entry of `source.json`, as in `fetch`.

    Raises
    ------
    FetchError
        If no source gives the file; the message lists each of them and why.
    """
    reasons = []
    for source, origin, attempt in _attempts(sources, home, mirror):
        note = home / _note(source.file_name)
        try:
            if origin and not (source.is_local or source.by_hand):
                write_text(note, origin)
            file = attempt()
        except (_RefusedError, OSError) as error:
            note.unlink(missing_ok=True)
            reasons.append(
                str(error) if isinstance(error, _RefusedError) else f"{source.place} ({error.strerror or error})"
            )
        else:
            name = portable(file, home) if source.is_local else file.name
            entry = {"file": name, "sha256": file_digest(file), "origin": origin or _origin(file), "key": source.key}
            companions = {other.name: file_digest(other) for other in companion_files(file)}
            further = {"reading": source.reading, "companions": companions}
            return entry | {what: held for what, held in further.items() if held}
    if all(source.is_local for source in sources):
        raise FetchError(f"{home.name}: its {part} {'; '.join(reasons)}; {_advice(sources, home)}")
    raise FetchError(
        f"{home.name}: the {part} could not be had from any source: {'; '.join(reasons)}; {_advice(sources, home)}"
    )


def _attempts(
    sources: tuple[Source, ...], home: Path, mirror: list[Path]
) -> Iterator[tuple[Source, str, Callable[[], Path]]]:
    """Yield what to try, in order: the data folder, whose files have no other origin yet, the mirror, the sources."""
    remote = [source for source in sources if not source.is_local]
    for source in remote:
        if (home / source.file_name).exists():
            yield source, "", partial(_kept, source, home)
    for source in remote:
        for path in mirror:
            if path.name.lower() == source.file_name.lower():
                yield source, f"mirror, {path}", partial(_copied, source, path, home)
    for source in sources:
        if source.is_local:
            yield source, portable(source.place, home), partial(_from_disk, source)
        elif source.package:
            yield source, source.place, partial(_from_package, source, home)
        elif source.by_hand:
            yield source, source.place, partial(_from_person, source)
        else:
            yield source, source.place, partial(_from_server, source, home)


def _kept(source: Source, home: Path) -> Path:
    """Accept the file in the data folder; without a published digest, the one recorded at first counts."""
    path = home / source.file_name
    records = [record for record in _recorded(home) if record.get("file") == path.name]
    found = file_digest(path)
    known = source.sha256 or (records[0].get("sha256") if records else found)
    if found != known:
        raise _RefusedError(f"{path} (has sha256 {found}, expected {known})")
    return path


def _origin(path: Path) -> str:
    """Return where a file that was in the data folder already is recorded to come from."""
    note = path.with_name(_note(path.name))
    if note.exists():
        return note.read_text(encoding="utf-8")
    recorded = (record["origin"] for record in _recorded(path.parent) if record.get("sha256") == file_digest(path))
    return next(recorded, "found in the data folder")


def _recorded(home: Path) -> list[dict[str, Any]]:
    try:
        manifest = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
        return [entry for entry in manifest.values() if isinstance(entry, dict)]
    except (OSError, ValueError, AttributeError):
        return []


def mirror_files() -> list[Path]:
    """Return the files of the folder that HSCLASS_DATA_MIRROR names; UsageError where it is no folder."""
    mirror = os.environ.get(MIRROR_VARIABLE)
    if not mirror:
        return []
    if not Path(mirror).is_dir():
        raise UsageError(
            f"{MIRROR_VARIABLE} is '{mirror}': no such folder; expected one that holds data files, or none"
        )
    return sorted(path for path in Path(mirror).rglob("*") if path.is_file())


def _from_disk(source: Source) -> Path:
    path = Path(source.path or "")
    if not path.is_file():
        hint = "; write / between folders" if "\\" in str(path) else ""
        raise _RefusedError(f"{path}: no such file{hint}")
    _verify(path, source, str(path))
    return path


def _from_package(source: Source, home: Path) -> Path:
    """Find a file of an installed package without importing it: that may take seconds."""
    spec = find_spec(source.package or "")
    if spec is None or not spec.submodule_search_locations:
        raise _RefusedError(f"{source.place} (that package is not installed)")
    paths = [Path(folder) / (source.path or "") for folder in spec.submodule_search_locations]
    found = next((path for path in paths if path.is_file()), None)
    if found is None:
        raise _RefusedError(f"{source.place} (the installed package has no such file)")
    return _copied(source, found, home)


def _from_person(source: Source) -> Path:
    raise _RefusedError(f"{source.place} (no program may fetch it: {source.obtain})")


def _from_server(source: Source, home: Path) -> Path:
    if os.environ.get(OFFLINE_VARIABLE, "0") not in {"", "0"}:
        raise _RefusedError(f"{source.place} (not asked, as {OFFLINE_VARIABLE} is set)")
    if source.sha256:
        return _continued(source, home)
    with atomic_path(home / source.file_name) as partial_file:
        try:
            download(source.url or "", partial_file)
        except FetchError as error:
            raise _RefusedError(f"{source.place} ({error})") from error
    return home / source.file_name


def _continued(source: Source, home: Path) -> Path:
    """Download a file of known digest, resuming an earlier download from any server."""
    home.mkdir(parents=True, exist_ok=True)
    part = home / f".download-{(source.sha256 or '')[:16]}"
    resumed = part.exists()
    try:
        if not resumed or file_digest(part) != source.sha256:  # whole where a run was killed just before its end
            download(source.url or "", part, resume=True)
    except FetchError as error:
        raise _RefusedError(f"{source.place} ({error})") from error
    try:
        _verify(part, source, source.place)
    except _RefusedError:
        part.unlink()
        if resumed:
            return _continued(source, home)
        raise
    return part.replace(home / source.file_name)


def _copied(source: Source, path: Path, home: Path) -> Path:
    _verify(path, source, str(path))
    with atomic_path(home / source.file_name) as partial_file:
        shutil.copyfile(path, partial_file)
    for other in companion_files(path):
        with atomic_path(home / other.name) as partial_file:
            shutil.copyfile(other, partial_file)
    return home / source.file_name


def _verify(path: Path, source: Source, place: str) -> None:
    found = file_digest(path)
    if source.sha256 and found != source.sha256:
        raise _RefusedError(f"{place} (has sha256 {found}, expected {source.sha256})")


def _advice(sources: tuple[Source, ...], home: Path) -> str:
    names = dict.fromkeys(source.file_name for source in sources if not source.is_local)
    if not names:
        return "correct the path in the descriptor"
    return f"put {' or '.join(names)} by hand into {home}/, or into the folder that {MIRROR_VARIABLE} names"
