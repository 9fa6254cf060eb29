"""What planning costs as an experiment grows: the workflow's own plan next to a plain one of as many trivial jobs.

    python benchmarks/dag.py [--runs 200 2000] [--root CHECKOUT ...]

An experiment of so many runs (scenes x splits x seeds x features x models) is planned by `snakemake -n`, in an empty
folder; next to it, in turn, a Snakefile with the same files, rules and jobs, but without functions, parameters, logs or
benchmarks, which is what Snakemake itself takes. Then one job alone is planned, as each job that runs on a cluster does
again by itself, and 20 runs are carried out with a program in the place of hsclass that only makes its files.
`--root` measures other checkouts, too, such as an older commit. Processor seconds, because the machine may be shared;
the ratios are hsclass over plain.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
SHAPES = {20: (1, 1), 200: (2, 5), 2000: (5, 20)}
"""Scenes and seeds of an experiment of so many runs, with two splits, two features and five models."""

PLAIN = """
RUNS = "results/{{scene}}/{{split}}-{{seed}}/{{features}}/{{model}}/"
SPACE = dict(
    scene={scenes}, split=["random", "blocks"], seed=range({seeds}), features=["raw", "pca"],
    model=["rf_0", "rf_1", "rf_2", "svm", "cnn3d"],
)
EACH = "results/{{scene}}/{{split}}-{{seed}}/"

rule report:
    input:
        expand(RUNS + "metrics.json", **SPACE), expand(RUNS + "map.tif", **SPACE), expand(RUNS + "model", **SPACE),
        expand(EACH + "audit.json", **SPACE), expand(EACH + "compared.json", **SPACE),
    output: "report.html"
    shell: "touch {{output}}"
rule scene:
    output: cube="results/{{scene}}/cube.tif", labels="results/{{scene}}/labels.tif"
    shell: "touch {{output}}"
rule split:
    input: rules.scene.output
    output: EACH + "split.tif"
    shell: "touch {{output}}"
rule audit:
    input: rules.split.output, rules.scene.output.labels
    output: EACH + "audit.json"
    shell: "touch {{output}}"
rule train:
    input: rules.scene.output, rules.split.output, rules.audit.output
    output: directory(RUNS + "model")
    shell: "mkdir -p {{output}}"
rule predict:
    input: rules.train.output, rules.scene.output.cube
    output: map=RUNS + "map.tif", confidence=RUNS + "confidence.tif", about=RUNS + "map.json"
    shell: "touch {{output}}"
rule evaluate:
    input: rules.predict.output.map, rules.predict.output.confidence, rules.train.output, rules.split.output
    output: RUNS + "metrics.json"
    shell: "touch {{output}}"
rule compare:
    input: lambda w: expand(RUNS + "map.tif", **{{**SPACE, **w}})
    output: EACH + "compared.json"
    shell: "touch {{output}}"
"""
STUB = """#!/bin/sh
stage=$1; shift; last=; out=
for word; do
    case $last in
        -o|--output) out=$word ;;
        --about|--confidence) touch "$word" ;;
    esac
    last=$word
done
case $stage in
    fetch) touch data/indian_pines/source.json ;;
    scene) touch "$out/cube.tif" "$out/labels.tif" ;;
    train) mkdir -p "$out" ;;
    report) touch "$out/index.html" "$out/accuracy.csv" "$out/accuracy.tex" ;;
    *) touch "$out" ;;
esac
"""


def experiment(runs: int) -> dict[str, object]:
    scenes, seeds = SHAPES[runs]
    return {
        "experiment": "growth", "window": 9, "seeds": list(range(seeds)), "splits": ["random", "blocks"],
        "scenes": [{"scene": "indian_pines", "name": f"cut_{i}", "rows": [i, i + 60]} for i in range(scenes)],
        "features": ["raw", {"features": "pca", "components": 30}],
        "models": [*({"model": "rf", "name": f"rf_{i}", "trees": 10 + i} for i in range(3)), "svm", "cnn3d"],
    }  # fmt: skip


def measured(folder: Path, root: Path, snakefile: Path, *arguments: str) -> tuple[float, float]:
    """Run snakemake; return processor seconds of it and all of its jobs, and the most memory [MB] of a process."""
    programs = Path(sys.executable).parent
    path = os.pathsep.join([str(folder / "bin"), str(programs), os.environ["PATH"]])
    command = [str(programs / "snakemake"), "--snakefile", str(snakefile), "--directory", str(folder), "--cores", "2"]
    with (folder / "said.txt").open("w") as said:
        process = subprocess.Popen(
            [*command, *arguments], cwd=folder, stdout=said, stderr=said,
            env={**os.environ, "PATH": path, "PYTHONPATH": str(root)},
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit((folder / "said.txt").read_text()[-3000:])
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6


def make(folder: Path, runs: int) -> tuple[Path, Path]:
    """Write the experiment, the plain Snakefile and the program in the place of hsclass."""
    (folder / "bin").mkdir(parents=True)
    config, plain = folder / "experiment.yaml", folder / "Plain"
    config.write_text(yaml.safe_dump(experiment(runs)))
    scenes, seeds = SHAPES[runs]
    plain.write_text(PLAIN.format(scenes=[f"cut_{i}" for i in range(scenes)], seeds=seeds))
    stub = folder / "bin/hsclass"
    stub.write_text(STUB)
    stub.chmod(0o755)
    return config, plain


def measured_job(folder: Path, root: Path, snakefile: Path, *given: str) -> float:
    """Return processor seconds of the plan of one training whose inputs are there."""
    for name in ("cube.tif", "labels.tif", "random-0/split.tif", "random-0/audit.json"):
        path = folder / "results/cut_0" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    job = "train:scene=cut_0,split=random,seed=0,features=raw,model=svm"
    alone = ("-n", "-q", "--target-jobs", job, "--allowed-rules", "train", "--force")
    took, _ = measured(folder, root, snakefile, *given, *alone)
    shutil.rmtree(folder / "results")
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, nargs="+", default=[200, 2000], choices=sorted(SHAPES))
    parser.add_argument("--root", type=Path, nargs="*", default=[])
    asked = parser.parse_args()
    roots = [*(root.resolve() for root in asked.root), ROOT]
    print("| runs | checkout | plan [s] | ratio | peak MB | plan of one job [s] | ratio |")
    print("|---|---|---|---|---|---|---|")
    ratio = 0.0
    with tempfile.TemporaryDirectory() as name:
        for runs in asked.runs:
            folder = Path(name) / str(runs)
            config, plain = make(folder, runs)
            base, held = measured(folder, ROOT, plain, "-n", "-q")
            one = measured_job(folder, ROOT, plain)
            print(f"| {runs} | plain | {base:.1f} | 1 | {held:.0f} | {one:.1f} | 1 |", flush=True)
            for root in roots:
                given = ("--configfile", str(config))
                took, most = measured(folder, root, root / "Snakefile", *given, "-n", "-q")
                alone = measured_job(folder, root, root / "Snakefile", *given)
                where, ratio = "this one" if root == ROOT else root.name, took / base
                row = f"| {runs} | {where} | {took:.1f} | {ratio:.2f} | {most:.0f} | {alone:.1f} | {alone / one:.2f} |"
                print(row, flush=True)
        folder = Path(name) / "run"
        config, plain = make(folder, 20)
        (folder / "data/indian_pines").mkdir(parents=True)
        jobs = 1 + 1 + 1 + 2 * 3 + 20 * 3
        each = {}
        for kind, snakefile in (("hsclass", ROOT / "Snakefile"), ("plain", plain)):
            given = ("--configfile", str(config)) if kind == "hsclass" else ()
            planned, _ = measured(folder, ROOT, snakefile, *given, "-n", "-q", "--forceall")
            each[kind] = (measured(folder, ROOT, snakefile, *given, "-q", "--forceall")[0] - planned) / jobs
    print(f"a job without its program: {1000 * each['hsclass']:.0f} ms, plain {1000 * each['plain']:.0f} ms")
    print(f"plan_ratio={ratio:.2f}\njob_ratio={each['hsclass'] / each['plain']:.2f}")


if __name__ == "__main__":
    main()
