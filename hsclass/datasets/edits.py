"""Edits of the user's own files behind a data set, found without reading every file at every start.

Next to what was fetched lies `files.json`: size and time of each file as it was last seen, and its digest, once it was
needed. A file whose size or time has changed is read; only another content counts as an edit.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hsclass.atomic import write_text
from hsclass.datasets.companions import companion_files
from hsclass.datasets.descriptor import SOURCES, Descriptor, Source, portable
from hsclass.datasets.image_set import ImageSet
from hsclass.datasets.manifest import file_digest
from hsclass.samples.reading import paths_below

RECORD = "files.json"

_SOURCE_OF_VRT = re.compile(r"<(?:SourceFilename|SourceDataset)([^>]*)>([^<]+)</")


def own_files(described: Descriptor | ImageSet) -> list[Path]:
    """Return the user's own files that a data set is made from, with all that are read with them.

    Those are the files that stay where they are: cube and labels with their headers and tables, the sources of a VRT,
    lists, and the images of a folder.
    """
    if isinstance(described, ImageSet):
        lists = described.lists
        sources: tuple[Source, ...] = (*described.archive, *lists.train, *lists.validation, *lists.test)
        folder = Path(described.folder) if described.folder else None
        images = [path for path in paths_below(folder) if path.is_file()] if folder else []
    else:
        sources, images = tuple(s for part in SOURCES for s in getattr(described, part)), []
    found: dict[Path, None] = {}
    for source in sources:
        if source.is_local and (path := Path(source.path or "")).is_file():
            found.update(dict.fromkeys(_with_companions(path)))
    return sorted({*found, *images})


def _with_companions(path: Path, depth: int = 3) -> Iterator[Path]:
    yield path
    yield from companion_files(path)
    if path.suffix.lower() == ".vrt" and depth:
        text = path.read_text(encoding="utf-8", errors="replace")
        for attributes, name in _SOURCE_OF_VRT.findall(text):
            source = path.parent / name.strip() if 'relativeToVRT="1"' in attributes else Path(name.strip())
            if source.is_file():
                yield from _with_companions(source, depth - 1)


def edition(described: Descriptor | ImageSet, data: Path) -> str:
    """Return a short text that changes when the content of one of the user's own files does; empty without any.

    Nothing is read of a file that has the size and time at which it was last seen. A new time alone, as a copy or
    `touch` gives it, leads to one look at the content and changes nothing.

    Parameters
    ----------
    described : Descriptor or ImageSet
    data : Path
        The folder of fetched files.
    """
    return _digest({path: seen["edition"] for path, seen in _refresh(described, data, read=False).items()})


def content_digest(described: Descriptor | ImageSet, data: Path) -> str:
    """Return a digest of the content of the user's own files, and keep the digest of each; empty without any."""
    return _digest({path: seen["sha256"] for path, seen in _refresh(described, data, read=True).items()})


def _refresh(described: Descriptor | ImageSet, data: Path, *, read: bool) -> dict[str, dict[str, Any]]:
    """Return what is known of each file and keep it; every file is read once where `read` asks for that."""
    home = data / described.name
    record, before = home / RECORD, _read(home / RECORD)
    now: dict[str, dict[str, Any]] = {}
    for path in own_files(described):
        # The index of an image set names the folder of its images, which has to stay where it is.
        name = str(path) if isinstance(described, ImageSet) else portable(path, home)
        about = path.stat()
        stamp = f"{about.st_size}:{about.st_mtime_ns}"
        seen = before.get(name)
        if seen is None:
            seen = {"stamp": stamp, "sha256": None, "edition": stamp}
        elif seen["stamp"] != stamp:
            digest = None if seen["sha256"] is None else file_digest(path)
            same = digest is not None and digest == seen["sha256"]
            seen = {"stamp": stamp, "sha256": digest, "edition": seen["edition"] if same else stamp}
        if read and seen["sha256"] is None:
            seen = {**seen, "sha256": file_digest(path)}
        now[name] = seen
    # A plan, which reads no file for the first time, may keep a new time of the same content. An edit is kept when the
    # file is fetched: until then it can be undone.
    if now != before and (read or _same_files(before, now)):
        write_text(record, json.dumps(now, indent=0))
    return now


def _same_files(before: dict[str, dict[str, Any]], now: dict[str, dict[str, Any]]) -> bool:
    return {path: seen["sha256"] for path, seen in before.items()} == {
        path: seen["sha256"] for path, seen in now.items()
    }


def _read(record: Path) -> dict[str, Any]:
    try:
        held = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    known = {"stamp", "sha256", "edition"}
    return {path: seen for path, seen in held.items() if isinstance(seen, dict) and known <= set(seen)}


def _digest(parts: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16] if parts else ""
