"""How the workflow is configured: by files, on the command line, by names of entries, by a workflow around it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import snakemake as snakemake_inside

pytestmark = pytest.mark.xdist_group("workflow")
ROOT = Path(__file__).parents[2]
DESCRIPTOR = "cube: cube.npy\nlabels: labels.npy\nshape: [30, 30, 4]\n"
CONFIG = "experiment: own\nscenes: [field.yaml]\nwindow: 1\nseeds: [0]\nsplits: [random]\nmodels: [sam]\n"
MODULE = """
configfile: "plan/e.yaml"
module hs:
    snakefile: "{root}/Snakefile"
    config: config
use rule * from hs as hs_*
use rule train from hs as hs_train with:
    threads: 1
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return an experiment file next to a descriptor, in another folder than the working folder."""
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan/field.yaml").write_text(DESCRIPTOR)
    (tmp_path / "plan/e.yaml").write_text(CONFIG)
    return tmp_path / "plan/e.yaml"


@pytest.fixture
def planned(tmp_path: Path, snakemake):
    """Plan in a folder, and return what Snakemake prints."""

    def plan(config: Path, *arguments: object) -> str:
        done = snakemake(tmp_path, *map(str, arguments), "--dry-run", "--printshellcmds", config=config)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return plan


def test_paths_count_from_the_file_that_has_them_and_from_here_on_the_command_line(
    tmp_path: Path, config: Path, planned
) -> None:
    (tmp_path / "over").mkdir()
    (tmp_path / "over/o.yaml").write_text("seeds: [3]\n")
    said = planned(config, tmp_path / "over/o.yaml")
    assert "hsclass fetch plan/field.yaml " in said
    assert "results/field/random-3/split.tif" in said
    (tmp_path / "mine.yaml").write_text(DESCRIPTOR)
    assert "hsclass fetch mine.yaml " in planned(config, "--config", "scenes=[mine.yaml]")


def test_values_of_the_command_line_are_read_as_the_experiment_reads_them(config: Path, planned) -> None:
    said = planned(config, "--config", "seeds=['4','5']", "fractions={train: '0.2'}", "training={wait: '600'}")
    assert {"4", "5"} == set(re.findall(r"results/field/random-(\d+)/split.tif", said))
    assert " --train 0.2 " in said


def test_default_experiment_can_be_renamed_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text((ROOT / "config/quick.yaml").read_text())
    given = ["--snakefile", ROOT / "Snakefile", "--directory", tmp_path, "--cores", "1", "-n"]
    done = snakemake_inside(*given, "--config", "experiment=foo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "reports/foo/index.html" in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["experiment", "results", "comparison"])
def test_split_may_have_the_name_of_a_file_of_the_report(config: Path, planned, name: str) -> None:
    config.write_text(CONFIG.replace("[random]", f"[{{sampler: random, name: {name}}}]"))
    assert f"reports/own/comparison/field/{name}.json" in planned(config)


@pytest.mark.parametrize(
    "target", ["reports/foo/index.html", "results/nope/labels.tif", "results/field/random-0/raw/rf/model"]
)
def test_target_of_another_experiment_is_no_file_that_a_rule_makes(
    tmp_path: Path, config: Path, snakemake, caplog: pytest.LogCaptureFixture, target: str
) -> None:
    done = snakemake(tmp_path, "--dry-run", "--", target, config=config)
    assert done.returncode == 1
    assert f"No rule to produce {target}" in caplog.text


def test_workflow_is_a_module_of_another_whose_rules_are_used_twice(tmp_path: Path, config: Path) -> None:
    (tmp_path / "Snakefile").write_text(MODULE.format(root=ROOT))
    done = snakemake_inside("--cores", "1", "-n", "--printshellcmds", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "hsclass fetch plan/field.yaml " in done.stdout + done.stderr


def test_module_leaves_the_targets_of_the_workflow_around_it(tmp_path: Path, config: Path) -> None:
    own = 'rule all:\n    input:\n        "mine.txt",\n'
    own += 'rule mine:\n    output:\n        "mine.txt",\n    shell:\n        "touch {output}"\n'
    (tmp_path / "Snakefile").write_text(own + MODULE.format(root=ROOT))
    done = snakemake_inside("--cores", "1", "-n", "--printshellcmds", cwd=tmp_path)
    said = done.stdout + done.stderr
    assert (done.returncode, "touch mine.txt" in said, "hsclass" in said) == (0, True, False)


def test_names_of_networks_are_no_patterns_and_braces_no_wildcards(tmp_path: Path, config: Path, planned) -> None:
    config.write_text(
        CONFIG.replace("models: [sam]", "models: [{model: ann, name: c.d}, {model: sam, name: cxd}]")
        + "training: {strategy: multi_worker, workers: 2}\n"
        + 'published: {source: "Table 2 of {paper}", figures: [{features: raw, model: cxd, oa: 0.5}]}\n'
    )
    said = planned(config)
    assert "Table 2 of {paper}" in said
    trained = [line for line in said.splitlines() if "hsclass train " in line]
    assert ["--workers 2" in line for line in sorted(trained, key=lambda line: "cxd" in line)] == [True, False]


def test_prefix_of_a_module_is_refused(tmp_path: Path, config: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = MODULE.format(root=ROOT).replace("config: config\n", "config: config\n    prefix: 'hs'\n")
    (tmp_path / "Snakefile").write_text(text)
    assert snakemake_inside("--cores", "1", "-n", cwd=tmp_path).returncode == 1
    assert "module: has 'prefix' or 'replace_prefix'; expected neither" in caplog.text


def test_local_rules_of_a_module_are_not_submitted(tmp_path: Path, config: Path) -> None:
    (tmp_path / "Snakefile").write_text(MODULE.format(root=ROOT))
    cluster = ["--executor", "cluster-generic", "--cluster-generic-submit-cmd", "false", "--jobs", "1", "--cores", "1"]
    cluster += ["--seconds-between-status-checks", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *cluster, "--", "reports/own/experiment.json"],
        cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "reports/own/experiment.json").is_file()
