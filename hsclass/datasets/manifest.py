"""What the fetch stage leaves next to the files: `source.json`, which says where each is and what its digest is."""

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from hsclass.datasets.companions import companion_files
from hsclass.datasets.descriptor import Descriptor
from hsclass.datasets.image_set import ImageSet
from hsclass.errors import DataError

MANIFEST = "source.json"


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    about = path.stat()
    return _digest_of(path, about.st_size, about.st_mtime_ns)


@cache
def _digest_of(path: Path, size: int, time: int) -> str:
    """Read a file once for each of its sizes and times."""
    del size, time
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(descriptor: Descriptor | ImageSet, home: Path) -> dict[str, Any]:
    """Return what `source.json` in `home` holds.

    Raises
    ------
    DataError
        If it is missing, damaged, or was written for other sources than the descriptor's.
    """
    path = home / MANIFEST
    again = f"run 'hsclass fetch' for {descriptor.name} into {home.parent}"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        fetched_for = manifest["descriptor"]
    except OSError as error:
        raise DataError(f"{path}: no such file; expected what the fetch stage writes; {again}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"{path}: is not what the fetch stage writes (JSON with 'descriptor'); {again}") from error
    expected = descriptor.digest(home)
    if fetched_for != expected:
        raise DataError(
            f"{path}: was fetched from other sources ({_files(manifest)}) than the descriptor {descriptor.name} lists"
            f" now (digest {fetched_for}, expected {expected}); {again}"
        )
    return dict(manifest)


def _files(manifest: dict[str, Any]) -> str:
    held = [part["file"] for part in manifest.values() if isinstance(part, dict) and "file" in part]
    return ", ".join(held) or str(manifest.get("images", "none"))


def place_of(entry: dict[str, Any], home: Path) -> Path:
    """Return where the file of an entry of `source.json` in `home` is."""
    return Path(os.path.normpath(home / entry["file"]))


def verified_file(entry: dict[str, Any], home: Path) -> Path:
    """Return the file of an entry of `source.json`, or raise DataError where it is gone or has changed since."""
    path = place_of(entry, home)
    if not path.is_file():
        raise DataError(f"{path}: no such file, but {home / MANIFEST} names it; fetch the data set again")
    found = file_digest(path)
    if found != entry["sha256"]:
        raise DataError(
            f"{path}: has changed since it was fetched (sha256 {found}, expected {entry['sha256']}); fetch it again"
        )
    companions = {file.name: file_digest(file) for file in companion_files(path)}
    if companions != entry.get("companions", {}):
        differ = sorted({name for name, _ in companions.items() ^ entry.get("companions", {}).items()})
        raise DataError(f"{path}: its {', '.join(differ)} changed since it was fetched; fetch it again")
    return path
