# The jobs of a search share one storage, which no rule owns: a job that is run again resumes.
rule tune:
    input:
        samples=SAMPLES,
        labels=LABELS,
        split=SPLIT_FILES["split"],
        audit=f"{SPLIT}/audit.json",
    output:
        f"{RUN}/tuned/worker-{{worker}}.json",
    log:
        f"logs/tune/{RUN_LOG}-{{worker}}.log",
    benchmark:
        f"logs/tune/{RUN_LOG}-{{worker}}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: model_threads
    resources:
        **asks("tune"),
        gpu=gpus,
    params:
        subject=given_subject,
        search=tune_settings,
        worker=lambda wildcards: f"--worker {wildcards.worker}",
        folder=lambda wildcards, output: Path(output[0]).parent,
        code=run_code("tune"),
    shell:
        "hsclass tune results/{wildcards.scene} {input.split} {params.subject} {params.search} --seed {wildcards.seed}"
        " --threads {threads} {params.worker} -o {params.folder} 2>&1 | tee {log}"


# The same command without a number: it finds the budget spent, unless a job was lost, and names the winner.
use rule tune as winner with:
    input:
        workers=worker_files,
        samples=SAMPLES,
        labels=LABELS,
        split=SPLIT_FILES["split"],
    output:
        options=f"{RUN}/tuned/best.yaml",
        feature_options=f"{RUN}/tuned/features.yaml",
        trials=f"{RUN}/tuned/trials.csv",
        study=f"{RUN}/tuned/study.json",
    log:
        f"logs/tune/{RUN_LOG}.log",
    benchmark:
        f"logs/winner/{RUN_LOG}.tsv"
    resources:
        **asks("winner"),
    params:
        worker="",
