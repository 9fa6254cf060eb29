"""The jobs of an experiment, as Snakemake plans them: a dry run, watched by a logger plugin."""

import sys
from dataclasses import dataclass, field
from logging import LogRecord
from pathlib import Path
from typing import Any

from snakemake.api import SnakemakeApi
from snakemake.exceptions import WorkflowError
from snakemake.settings.enums import Quietness
from snakemake.settings.types import ConfigSettings, DAGSettings, OutputSettings, ResourceSettings
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.registry import LoggerPluginRegistry
from snakemake_interface_logger_plugins.settings import LogHandlerSettingsBase

from hsclass.errors import UsageError
from hsclass.launch import workflow_folder
from hsclass.planning.resources import STAGES

_NAME = "hsclass"


@dataclass(frozen=True)
class Job:
    """One job.

    Attributes
    ----------
    rule : str
    wildcards : dict of str to str
    threads, gpus : int
        GPUs are those of all of its processes together.
    after : tuple of int
        Places in the list of those jobs whose files it reads.
    memory_mb, minutes : int
        What it asks a cluster for.
    """

    rule: str
    wildcards: dict[str, str] = field(default_factory=dict)
    threads: int = 1
    gpus: int = 0
    after: tuple[int, ...] = ()
    memory_mb: int = 0
    minutes: int = 0


@dataclass
class LogHandlerSettings(LogHandlerSettingsBase):
    """Where the records of the jobs go."""

    records: list[Any] = field(default_factory=list)


class LogHandler(LogHandlerBase):
    """Keeps what Snakemake reports of each job, and prints nothing, so that Snakemake does not either."""

    writes_to_stream = True
    writes_to_file = needs_rulegraph = False
    has_filter = has_formatter = True

    def emit(self, record: LogRecord) -> None:
        """Keep the record of a job."""
        assert isinstance(self.settings, LogHandlerSettings)
        if getattr(record, "event", None) == LogEvent.JOB_INFO:
            self.settings.records.append(record)


def planned_jobs(config: Path, *, cores: int) -> list[Job]:
    """Return the jobs of an experiment, from nothing to its report; none is counted as done already.

    Parameters
    ----------
    config : Path
        Experiment file.
    cores : int
        Which no job has more threads than.

    Raises
    ------
    UsageError
        If Snakemake cannot plan it.
    """
    loggers = LoggerPluginRegistry()
    loggers.register_plugin(f"snakemake_logger_plugin_{_NAME}", sys.modules[__name__])
    settings = LogHandlerSettings()
    output = OutputSettings(dryrun=True, quiet={Quietness.ALL}, log_handler_settings={_NAME: settings})
    try:
        with SnakemakeApi(output) as api:
            workflow = api.workflow(
                ResourceSettings(cores=cores),
                config_settings=ConfigSettings(configfiles=[config]),
                snakefile=workflow_folder() / "Snakefile",
            )
            workflow.dag(DAGSettings(forceall=True)).execute_workflow(executor="dryrun")
    except WorkflowError as error:
        reason = str(error).strip().splitlines()[0]
        raise UsageError(
            f"{config}: Snakemake cannot plan it ({reason}); `snakemake -n --configfile {config}` says more"
        ) from error
    finally:  # the command line of Snakemake offers the settings of all that are registered as options
        loggers.plugins.pop(_NAME)
    records = [record for record in settings.records if record.output]  # not the target rule
    makers = {file: place for place, record in enumerate(records) for file in record.output}
    return [
        Job(
            rule=STAGES.get(record.rule_name, record.rule_name),
            wildcards={name: str(value) for name, value in record.wildcards.items()},
            threads=record.threads,
            gpus=int(record.resources.get("gpu", 0)),
            after=tuple(sorted({makers[file] for file in record.input if file in makers})),
            memory_mb=int(record.resources.get("mem_mb", 0)),
            minutes=int(record.resources.get("runtime", 0)),
        )
        for record in records
    ]
