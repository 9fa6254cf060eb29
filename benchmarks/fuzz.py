"""Feed damaged and hostile files to every reader of files that others write.

    python benchmarks/fuzz.py [--inputs 5000] [--first 0]

Small good files of each form are made once. Each input is a copy of one of them with one file damaged: cut off, bits
flipped, a piece overwritten, left out or doubled, numbers replaced by impossible ones, lines shuffled, or nothing but
noise. Good are a result and a refusal in one sentence. Bad are any other exception, a crash of the process, more than
`SECONDS`, more than `MEMORY` of memory, and code that runs: some files hold a pickle or a tag that would leave a file
behind. Prints the counts by form, and the seed of each bad input. The last line is `bad=…`.
"""

import argparse
import json
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from fuzz_forms import FORMS

SECONDS = 20
MEMORY = 3_000_000_000
"""Bytes of address space in addition to those of the program with its libraries."""

_TEXTS = {".xml", ".hdr", ".txt", ".csv", ".yaml", ".json", ".geojson"}
_WORST = [b"0", b"-1", b"1e400", b"99999999999", b"2147483648", b"nan", b"0.5", b"", b"{", b"\xff\xfe", b"null", b"'"]


def damaged(content: bytes, suffix: str, rng: np.random.Generator) -> bytes:
    """Return a damaged copy of the bytes of a file."""
    size = len(content)
    at, to = sorted(rng.integers(0, size + 1, 2).tolist())
    kinds = ["cut", "flip", "noise", "zeros", "without", "twice", "all noise", "as it is"]
    kind = rng.choice([*kinds, *(["number", "lines"] * 3 if suffix in _TEXTS else [])])
    if kind == "number" and (numbers := list(re.finditer(rb"[-\d.]+|true|false|null", content))):
        found = numbers[rng.integers(len(numbers))]
        return content[: found.start()] + _WORST[rng.integers(len(_WORST))] + content[found.end() :]
    if kind == "lines":
        lines = content.splitlines(keepends=True)
        return b"".join(lines[k] for k in rng.integers(0, len(lines), len(lines))) if lines else content
    if kind == "flip":
        changed = np.frombuffer(content, np.uint8).copy()
        limit = size if rng.random() < 0.5 else min(size, 1000)  # headers decide more than values
        places = rng.integers(0, max(1, limit), rng.integers(1, 12))
        changed[places] ^= (1 << rng.integers(0, 8, len(places))).astype(np.uint8)
        return changed.tobytes()
    short = min(to, at + int(rng.integers(1, 64)))
    return {
        "cut": content[:at], "noise": content[:at] + rng.bytes(short - at) + content[short:],
        "zeros": content[:at] + bytes(to - at) + content[to:], "without": content[:at] + content[short:],
        "twice": content[:to] + content[at:], "all noise": rng.bytes(size),
    }.get(str(kind), content)  # fmt: skip


def outcome(seed: int, originals: Path) -> tuple[str, str]:
    """Return the form of the input of a seed, and what came of it: "result", "refusal", or what went wrong."""
    from hsclass.errors import HsclassError

    form = FORMS[seed % len(FORMS)]
    rng = np.random.default_rng(seed)
    source = originals / form.make.__name__
    if not source.is_dir():
        source.mkdir(parents=True)
        form.make(source)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "files"
        shutil.copytree(source, folder)
        path = folder / form.name
        if "*" in path.name:
            parts = sorted(part for part in path.parent.glob(path.name) if part.name != "parts.list")
            path = parts[rng.integers(len(parts))]
        path.write_bytes(damaged(path.read_bytes(), path.suffix.lower(), rng))
        what = f"{form.read.__name__} {form.name}"
        entry = path.with_suffix(".shp") if path.suffix == ".dbf" else path
        try:
            with within_seconds():
                form.read(entry)
            found = "result"
        except HsclassError as error:
            found = "refusal" if "\n" not in str(error) else f"bad: several lines: {error}"
        except Exception as error:
            found = f"bad: {type(error).__name__}: {error}"
        if (folder / "sprung").exists() or (source / "sprung").exists():
            found = "bad: code ran"
    return what, found


@contextmanager
def within_seconds() -> Iterator[None]:
    """Raise TimeoutError where it takes longer."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"took more than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def work(seeds: Sequence[int], originals: Path) -> None:
    """Try the inputs of some seeds in this process, with bounded memory, a line of JSON each."""
    for form in {form.make: form for form in FORMS}.values():  # loads the libraries before memory is bounded
        outcome(FORMS.index(form), originals)
    used = int(re.search(r"VmSize:\s+(\d+)", Path("/proc/self/status").read_text())[1]) * 1024  # type: ignore[index]
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    for seed in seeds:
        print(json.dumps([seed]), flush=True)  # so that it is known where a crash was
        print(json.dumps([seed, *outcome(seed, originals)]), flush=True)


def tried(seeds: Sequence[int]) -> Iterator[tuple[int, str, str]]:
    """Yield seed, form and outcome of inputs, each tried in another process, which is started anew when it ends."""
    left = list(seeds)
    with tempfile.TemporaryDirectory() as originals:
        while left:
            command = [sys.executable, __file__, "--work", ",".join(map(str, left[:1000])), originals]
            worker = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            assert worker.stdout is not None
            for line in worker.stdout:
                number, *found = json.loads(line)
                if found:
                    left.remove(number)
                    yield number, found[0], found[1]
            if worker.wait() and left:
                seed = left.pop(0)
                yield seed, FORMS[seed % len(FORMS)].name, f"bad: the process ended with {worker.returncode}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=5000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        work([int(seed) for seed in asked.work[0].split(",")], Path(asked.work[1]))
        return
    counts: Counter[tuple[str, str]] = Counter()
    for seed, what, found in tried(range(asked.first, asked.first + asked.inputs)):
        counts[what, found.split(":")[0]] += 1
        if found.startswith("bad"):
            print(seed, what, found, flush=True)
    for what in sorted({what for what, _ in counts}):
        print(what, *(f"{kind} {counts[what, kind]}" for kind in ("result", "refusal", "bad")))
    totals: Counter[str] = Counter()
    for (_, kind), count in counts.items():
        totals[kind] += count
    print(f"inputs={totals.total()} results={totals['result']} refusals={totals['refusal']}")
    print(f"bad={totals['bad']}")


if __name__ == "__main__":
    main()
