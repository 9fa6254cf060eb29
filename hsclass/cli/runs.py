"""Commands of runs: start one, and go on with one that was killed."""

import os
import subprocess
import sys
from typing import Annotated

import typer

from hsclass.cli.app import app

PASS_ON = {"allow_interspersed_args": False, "ignore_unknown_options": True}


@app.command(context_settings=PASS_ON)
def run(
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT.yaml", help="experiment file, or the name of one that comes along")
    ],
    options: Annotated[
        list[str] | None, typer.Argument(metavar="[snakemake options]", help="such as -n, --cores 4, --profile slurm")
    ] = None,
) -> None:
    """Run an experiment in this folder, from its data to its report: calls Snakemake, whose options are passed on."""
    from hsclass.launch import environment, snakemake_command

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
    """Go on with a run whose snakemake was killed: cancel the jobs that it left, unlock the folder, run it again."""
    from hsclass.recovery import cancel, require_stopped, working_folder

    folder = working_folder(command)
    require_stopped(folder)
    for job in cancel(folder):
        typer.echo(f"cancelled job {job}, which the killed run had left", err=True)
    unlocked = subprocess.run([*command, "--unlock"], check=False)
    if unlocked.returncode != 0:
        sys.exit(unlocked.returncode)
    sys.exit(subprocess.run([*command, "--rerun-incomplete"], check=False).returncode)
