# Each network as `training.workers` processes: started by Slurm where the profile sets the resource `mpi`, else by hsclass.


use rule train as train_workers with:
    wildcard_constraints:
        model=one_of(name for name in EXPERIMENT.models if several_workers(name)),
    threads: lambda wildcards: PLAN.training.workers * model_threads(wildcards)
    resources:
        **{**asks("train"), "mem_mb": all_workers(memory("train"))},
        tasks=PLAN.training.workers,
        cpus_per_task=cpus_each,
        gpu=lambda wildcards: PLAN.training.workers * gpus(wildcards),
        tasks_per_gpu=0,
    params:
        launcher=launcher,
        threads=cpus_each,


ruleorder: train_workers > train
