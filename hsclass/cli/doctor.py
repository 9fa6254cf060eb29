"""The command that looks at the machine."""

import json
from pathlib import Path
from typing import Annotated

import typer

from hsclass.cli.app import app
from hsclass.cli.arguments import AsJson

_MARKS = {"ok": " ", "note": "-", "problem": "!"}


@app.command()
def doctor(
    folder: Annotated[Path, typer.Option(help="where experiments are to run", show_default="this one")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Check versions, processors, GPUs, memory, disk, data folders and cluster, and say what to do.

    Exit status 1 if there is a problem.
    """
    from hsclass.doctor import examine, summary

    findings = examine(folder)
    if as_json:
        typer.echo(json.dumps(summary(findings), indent=1))
    else:
        for finding in findings:
            typer.echo(f"{_MARKS[finding.state]} {finding.what}: {finding.found}")
            if finding.advice:
                typer.echo(f"    {finding.advice}")
    if any(finding.state == "problem" for finding in findings):
        raise typer.Exit(1)
