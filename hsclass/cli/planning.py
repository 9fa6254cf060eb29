"""Commands of the planning: estimate what an experiment takes."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hsclass.cli.app import app

if TYPE_CHECKING:
    from hsclass.planning.estimate import Estimate


@app.command()
def estimate(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="experiment file")],
    cores: Annotated[int, typer.Option(min=1, help="that the jobs share")] = 2,
    folder: Annotated[
        Path, typer.Option(help="where earlier experiments ran, whose times are the basis", show_default="this one")
    ] = Path(),
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate", help="first run its models and features on small made scenes or images, to time them"
        ),
    ] = False,
    snakefile: Annotated[Path, typer.Option(help="of the calibration run")] = Path("Snakefile"),
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Tell what an experiment takes before it runs: jobs, hours, memory, disk, and the time on so many cores."""
    from hsclass.experiment import load_experiment
    from hsclass.planning.calibration import run_calibration, write_calibration
    from hsclass.planning.estimate import CALIBRATION
    from hsclass.planning.estimate import estimate as foretell
    from hsclass.planning.image_calibration import write_image_calibration

    plan = load_experiment(config)
    if calibrate:
        home = folder / CALIBRATION / plan.plan.experiment
        made = write_image_calibration(plan, home) if plan.samples == "images" else write_calibration(plan, home)
        run_calibration(made, snakefile, cores=cores)
    found = foretell(plan, cores=cores, folder=folder)
    if as_json:
        typer.echo(json.dumps(found.as_dict(), indent=1))
    else:
        _tell(found)


def _tell(found: "Estimate") -> None:
    from rich.console import Console
    from rich.table import Table

    from hsclass.report.text import duration

    table = Table("rule", "of", "jobs", "together", "CPU", "peak MB", "asked MB", "asked min", "disk MB", box=None)
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
    cards = f", {found.gpu_hours:.2f} GPU hours" if found.gpu_hours else ""
    typer.echo(
        f"{jobs} jobs: {duration(found.wall_seconds)} on {found.cores} cores, {found.cpu_hours:.2f} CPU hours{cards},"
        f" {found.memory_mb:.0f} MB of memory and {found.disk_mb:.0f} MB of disk, from {found.timed} timed jobs"
    )
    for note in found.notes:
        typer.echo(f"  {note}")
