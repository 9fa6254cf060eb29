"""Commands of experiments: check, estimate, run and recover one; show their schema."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hsclass.cli.app import app
from hsclass.cli.arguments import AsJson


@app.command()
def experiment(
    config: Annotated[str, typer.Argument(metavar="CONFIG", help="experiment file, or '-' for standard input")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="JSON file for the resolved experiment")] = None,
) -> None:
    """Check an experiment file; write it with every default filled in and every run listed."""
    from hsclass.experiment import Experiment, read_config
    from hsclass.planning.size import require_fitting_cuts
    from hsclass.results.record import write_record
    from hsclass.yaml_file import parse_yaml

    plan = Experiment(parse_yaml(sys.stdin.read(), "standard input") if config == "-" else read_config(config))
    require_fitting_cuts(plan)
    if output:
        write_record(plan.record(), output)
    else:
        resolved = plan.resolved()
        counts = {
            key: len(resolved[key])
            for key in ("scenes", "images", "splits", "seeds", "features", "models")
            if resolved.get(key)
        }
        typer.echo(f"{' x '.join(f'{count} {key}' for key, count in counts.items())} = {len(resolved['runs'])} runs")


@app.command()
def schema() -> None:
    """Print the JSON schema of experiment files."""
    from hsclass.schema import schema_text

    typer.echo(schema_text(), nl=False)


_OVERRIDES = {"--config", "--configfile", "--configfiles", "--help", "--version"}  # after which the file is not all
PASS_ON = {"allow_interspersed_args": False, "ignore_unknown_options": True}


@app.command(context_settings=PASS_ON)
def run(
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT.yaml", help="experiment file, or name of one that comes with hsclass")
    ],
    options: Annotated[
        list[str] | None, typer.Argument(metavar="[snakemake options]", help="such as -n, --cores 4, --profile slurm")
    ] = None,
) -> None:
    """Run an experiment in this folder, from its data to its report: calls Snakemake, and passes its options on."""
    from hsclass.experiment import load_experiment
    from hsclass.launch import environment, experiment_file, snakemake_command
    from hsclass.planning.size import require_fitting_cuts

    if not any(word.split("=")[0] in _OVERRIDES or word.startswith("-C") for word in options or ()):
        require_fitting_cuts(load_experiment(experiment_file(experiment)))  # Snakemake words errors for programmers
    command = snakemake_command(experiment, options or ())
    os.execve(command[0], command, environment())


@app.command(context_settings=PASS_ON)
def recover(
    command: Annotated[
        list[str],
        typer.Argument(
            metavar="COMMAND …", help="the call of snakemake or `hsclass run` that was killed, as it was given"
        ),
    ],
) -> None:
    """Resume an interrupted run: cancel the jobs that a killed Snakemake left, unlock the folder, run it again."""
    from hsclass.recovery import cancel, require_no_jobs, require_stopped, working_folder

    folder = working_folder(command)
    require_stopped(folder)
    for job in cancel(folder):
        typer.echo(f"cancelled job {job}, which the killed run had left", err=True)
    require_no_jobs(folder)
    unlocked = subprocess.run([*command, "--unlock"], check=False)
    if unlocked.returncode != 0:
        sys.exit(unlocked.returncode)
    sys.exit(subprocess.run([*command, "--rerun-incomplete"], check=False).returncode)


if TYPE_CHECKING:
    from hsclass.planning.estimate import ExperimentEstimate


@app.command()
def estimate(
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT.yaml", help="experiment file, or name of one that comes with hsclass")
    ],
    cores: Annotated[int, typer.Option(min=1, help="cores that the jobs share")] = 2,
    folder: Annotated[
        Path, typer.Option(help="folder of earlier experiments, whose times are the basis", show_default="this one")
    ] = Path(),
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate", help="first run its models and features on small synthetic scenes or images, to time them"
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Estimate run time and resources of an experiment: jobs, hours, memory, disk, and time on a number of cores."""
    from hsclass.experiment import load_experiment
    from hsclass.launch import experiment_file
    from hsclass.planning.calibration import run_calibration, write_calibration
    from hsclass.planning.estimate import CALIBRATION
    from hsclass.planning.estimate import estimate as estimated

    file = experiment_file(experiment)
    if calibrate:
        plan = load_experiment(file)
        synthetic = write_calibration(plan, folder / CALIBRATION / plan.plan.experiment)
        run_calibration(synthetic, cores=cores)
    found = estimated(file, cores=cores, folder=folder)
    if as_json:
        typer.echo(json.dumps(found.as_dict(), indent=1))
    else:
        _show(found)


def _show(found: "ExperimentEstimate") -> None:
    from rich.console import Console
    from rich.table import Table

    from hsclass.report.text import duration

    table = Table("rule", "of", "jobs", "time", "CPU", "peak MB", "requested MB", "requested min", "disk MB", box=None)
    for rule in found.rules:
        known = rule.seconds is not None
        table.add_row(
            rule.rule, rule.subject, str(rule.jobs),
            duration(rule.seconds) if rule.seconds is not None else "not timed",
            duration(rule.cpu_seconds) if rule.cpu_seconds is not None else "",
            f"{rule.memory_mb:.0f}" if known else "", str(rule.asked_mb), str(rule.minutes),
            f"{rule.disk_mb:.0f}" if known else "",
        )  # fmt: skip
    Console(width=140).print(table)
    jobs = sum(rule.jobs for rule in found.rules)
    if not found.timed:
        typer.echo(
            f"{jobs} jobs; what they take is not known, as none like them was timed in this folder: add --calibrate to"
            " time them on small synthetic data first"
        )
        return
    gpus = f", {found.gpu_hours:.2f} GPU hours" if found.gpu_hours else ""
    typer.echo(
        f"{jobs} jobs: {duration(found.wall_seconds)} on {found.cores} cores, {found.cpu_hours:.2f} CPU hours{gpus},"
        f" {found.memory_mb:.0f} MB of memory and {found.disk_mb:.0f} MB of disk, from {found.timed} timed jobs"
    )
    for note in found.notes:
        typer.echo(f"  {note}")
