"""Commands of runs on a cluster: go on after a kill."""

import subprocess
import sys
from typing import Annotated

import typer

from hsclass.cli.app import app


@app.command(context_settings={"allow_interspersed_args": False, "ignore_unknown_options": True})
def recover(
    command: Annotated[
        list[str], typer.Argument(metavar="snakemake …", help="the command whose run was killed, as it was given")
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
