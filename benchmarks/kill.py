"""Kill a run at random moments, repeat it, and compare every output with those of an undisturbed run.

    python benchmarks/kill.py --kills 30 [--first 0] [--seed 0] [--config EXPERIMENT.yaml] [--folder DIR]

Each run is started as its own process group, and the whole group (snakemake, shells and jobs) gets SIGKILL at a random
moment within the duration of the undisturbed run. Then

- every file that already has its final name must equal that of the undisturbed run: no incomplete file may look
  complete;
- after `snakemake --unlock` and the same command every output must equal that of the undisturbed run, and no temporary
  file may be left. Seconds, memory, rates and the note that a training was resumed are not compared; the page is
  compared with one made from the same results.

The default experiment has a forest and a small network on a part of Indian Pines. Prints a line for each kill and, at
the end, `kills=…` and `differing=…`; exit status 1 if something differed. The undisturbed run is kept in DIR, so that
the kills can be made in parts: `--first 10 --kills 10` makes the second ten of the same thirty.
"""

import argparse
import csv
import hashlib
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
EXPERIMENT = """
experiment: killed
scenes:
  - {scene: indian_pines, name: cut, rows: [60, 145], cols: [0, 80]}
window: 7
seeds: [0]
splits: [random]
models:
  - {model: rf, trees: 20}
  - {model: cnn3d, epochs: 3, filters: [2, 4], dense: [8]}
"""
PASSING = ("second", "memory", "resumed")
"""Parts of the names of figures that describe the run: time, memory, where a killed training was resumed."""
OUTPUTS = ("data", "results", "reports")


def differences(folder: Path, whole: Path, *, finished: bool) -> list[str]:
    """Return the differences between `folder` and `whole`; of an unfinished run only of the files that exist."""
    here, there = ({path.relative_to(top): path for path in _outputs(top)} for top in (folder, whole))
    both = sorted(name for name in here.keys() & there.keys() if name.name != "index.html")
    found = [f"{name} differs" for name in both if _content(here[name]) != _content(there[name])]
    found += [f"{name} is missing" for name in sorted(set(there) - set(here)) if finished]
    passing = {name for name in here if not finished and (_hidden(name) or "tiles" in name.parts)}
    found += [f"{name} is left over" for name in sorted(set(here) - set(there) - passing)]
    # A folder is renamed as a whole, too.
    models = {path.parent for path in here if path.parent.name == "model"}
    found += [f"{name} is missing" for name in sorted(set(there) - set(here)) if name.parent in models and not finished]
    return found


def _outputs(top: Path) -> Iterator[Path]:
    for name in OUTPUTS:
        for path in sorted((top / name).rglob("*")):
            # Snakemake's own stamp of a folder, and the storage of a search, which is appended to.
            if path.is_file() and path.name not in {".snakemake_timestamp", "study.db", ".lock", "study.db-journal"}:
                yield path


def _hidden(name: Path) -> bool:
    """Return whether the name of a path says that it is no output: temporary files, checkpoints."""
    return any(part.startswith(".") or part.endswith(".training") for part in name.parts)


def _content(path: Path) -> Any:
    """Return what is compared of a file: all but the figures of the run."""
    if path.suffix == ".json":
        return _timeless(json.loads(path.read_text()))
    if path.suffix == ".csv":
        rows = csv.DictReader(io.StringIO(path.read_text()))
        return [{key: value for key, value in row.items() if not _passing(key)} for row in rows]
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _passing(key: str) -> bool:
    return any(word in key for word in PASSING)


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(held) for key, held in value.items() if not _passing(key)}
    return [_timeless(held) for held in value] if isinstance(value, list) else value


def page_is_stale(folder: Path, experiment: str) -> bool:
    """Return whether the page differs from the one that the results in its folder give."""
    name = f"reports/{experiment}"
    program = str(Path(sys.executable).parent / "hsclass")
    with tempfile.TemporaryDirectory(dir=folder / "reports") as fresh:  # the page's links count from its folder
        command = [program, "report", f"{name}/experiment.json", "-o", fresh]
        subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, check=True)
        return (folder / name / "index.html").read_bytes() != (Path(fresh) / "index.html").read_bytes()


def _environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PYTHONPATH": str(ROOT), "PATH": path}


def _command(config: Path, *more: str) -> list[str]:
    program = [str(Path(sys.executable).parent / "snakemake"), "--snakefile", str(ROOT / "Snakefile")]
    return [*program, "--directory", ".", "--cores", "2", "--configfile", str(config), *more]


def run(folder: Path, config: Path, *more: str) -> float:
    """Run the workflow to its end and return the seconds."""
    start = time.monotonic()
    done = subprocess.run(
        _command(config, *more), cwd=folder, env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{folder}: the run failed\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return time.monotonic() - start


def run_killed(folder: Path, config: Path, moment: float) -> bool:
    """Start the workflow, kill it and all of its jobs after `moment` seconds; return whether it was still running."""
    with (folder / "killed.log").open("w") as log:
        process = subprocess.Popen(
            _command(config), cwd=folder, env=_environment(), stdout=log, stderr=log, start_new_session=True
        )
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            while _alive(process.pid):
                time.sleep(0.05)
            return True
    return False


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    top = asked.folder or Path(tempfile.mkdtemp(prefix="hsclass-kill-"))
    top.mkdir(parents=True, exist_ok=True)
    config = (asked.config or top / "experiment.yaml").resolve()
    if asked.config is None:
        config.write_text(EXPERIMENT)
    whole, length = top / "whole", top / "length.txt"
    if not length.exists():
        shutil.rmtree(whole, ignore_errors=True)
        whole.mkdir()
        length.write_text(f"{run(whole, config):.3f}\n")
    seconds = float(length.read_text())
    print(f"undisturbed: {seconds:.0f} s", flush=True)
    moments = random.Random(asked.seed)
    drawn = [moments.uniform(0, seconds) for _ in range(asked.first + asked.kills)]
    differing = 0
    for number, moment in list(enumerate(drawn))[asked.first :]:
        folder = top / f"kill-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        interrupted = run_killed(folder, config, moment)
        found = [f"after the kill {text}" for text in differences(folder, whole, finished=not interrupted)]
        if interrupted:
            there = sum(not _hidden(path.relative_to(folder)) for path in _outputs(folder))
            run(folder, config, "--unlock")
            run(folder, config)
            found += [f"in the end {text}" for text in differences(folder, whole, finished=True)]
        name = next(path.parent.name for path in whole.glob("reports/*/experiment.json"))
        if page_is_stale(folder, name):
            found.append("in the end the page is not that of the results")
        state = f"{there} files were there" if interrupted else "it had ended before"
        print(f"kill {number} at {moment:.1f} s: {state}; {'; '.join(found) or 'the same'}", flush=True)
        differing += bool(found)
        if not found:
            shutil.rmtree(folder)
    print(f"kills={asked.kills}\ndiffering={differing}")
    sys.exit(bool(differing))


if __name__ == "__main__":
    main()
