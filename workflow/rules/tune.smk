# The jobs of a search share one storage, which no rule owns: a job that is run again goes on where it was stopped.
rule tune:
    input:
        cube="results/{scene}/cube.tif",
        labels="results/{scene}/labels.tif",
        split="results/{scene}/{split}-{seed}/split.tif",
        audit="results/{scene}/{split}-{seed}/audit.json",
    output:
        "results/{scene}/{split}-{seed}/{features}/{model}/tuned/worker-{worker}.json",
    log:
        "logs/tune/{scene}/{split}-{seed}/{features}-{model}-{worker}.log",
    benchmark:
        "logs/tune/{scene}/{split}-{seed}/{features}-{model}-{worker}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: model_threads
    resources:
        mem_mb=memory("tune"),
        runtime=minutes("tune"),
        disk_mb=disk("tune"),
        gpu=gpus,
    params:
        subject=given_subject,
        search=tune_settings,
        code=tune_digest,
    shell:
        "hsclass tune results/{wildcards.scene} {input.split} {params.subject} {params.search} --seed {wildcards.seed}"
        " --threads {threads} --worker {wildcards.worker} -o $(dirname {output}) 2>&1 | tee {log}"


# The same command without a number: it finds the budget spent, unless a job was lost, and names the winner.
rule winner:
    input:
        workers=worker_files,
        cube="results/{scene}/cube.tif",
        labels="results/{scene}/labels.tif",
        split="results/{scene}/{split}-{seed}/split.tif",
    output:
        options="results/{scene}/{split}-{seed}/{features}/{model}/tuned/best.yaml",
        feature_options="results/{scene}/{split}-{seed}/{features}/{model}/tuned/features.yaml",
        trials="results/{scene}/{split}-{seed}/{features}/{model}/tuned/trials.csv",
        study="results/{scene}/{split}-{seed}/{features}/{model}/tuned/study.json",
    log:
        "logs/tune/{scene}/{split}-{seed}/{features}-{model}.log",
    conda:
        "../envs/hsclass.yaml"
    threads: model_threads
    resources:
        mem_mb=memory("winner"),
        runtime=minutes("winner"),
        disk_mb=disk("winner"),
    params:
        subject=given_subject,
        search=tune_settings,
        code=tune_digest,
    shell:
        "hsclass tune results/{wildcards.scene} {input.split} {params.subject} {params.search} --seed {wildcards.seed}"
        " --threads {threads} -o $(dirname {output.options}) 2>&1 | tee {log}"
