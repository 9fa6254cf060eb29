# Each network as TRAINING.workers processes: started by Slurm where the profile sets the resource `mpi`, else by hsclass.


def all_workers(need):
    """What all workers of a job need together: they may share a machine."""
    return lambda wildcards, attempt: TRAINING.workers * need(wildcards, attempt)


def cpus_each(wildcards, threads):
    """Processors of one worker: the cores that snakemake may use bound those of all."""
    return max(1, threads // TRAINING.workers)


def launcher(wildcards, resources):
    """What starts the workers as tasks of this job; nothing where hsclass does, on this machine."""
    started_by = resources.get("mpi", "")
    return f"{started_by} --ntasks={TRAINING.workers} --cpus-per-task={resources.cpus_per_task} " if started_by else ""


use rule train as train_workers with:
    wildcard_constraints:
        model="|".join(name for name in EXPERIMENT.models if several_workers(name)),
    threads: lambda wildcards: TRAINING.workers * model_threads(wildcards)
    resources:
        mem_mb=all_workers(memory("train")),
        runtime=minutes("train"),
        disk_mb=disk("train"),
        tasks=TRAINING.workers,
        cpus_per_task=cpus_each,
        gpu=lambda wildcards: TRAINING.workers * gpus(wildcards),
        tasks_per_gpu=0,
    params:
        launcher=launcher,
        threads=cpus_each,
        subject=train_subject,
        devices=devices,
        code=train_digest,


ruleorder: train_workers > train
