rule split:
    input:
        cube="results/{scene}/cube.tif",
        labels="results/{scene}/labels.tif",
        copied=copied_split,
        masks=mask_files,
    output:
        "results/{scene}/{split}-{seed}/split.tif",
    log:
        "logs/split/{scene}/{split}-{seed}.log",
    benchmark:
        "logs/split/{scene}/{split}-{seed}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        mem_mb=memory("split"),
        runtime=minutes("split"),
        disk_mb=disk("split"),
    params:
        sampler=lambda wildcards: kind("splits", wildcards.split),
        settings=split_settings,
        window=EXPERIMENT.plan.window,
        train=EXPERIMENT.plan.fractions.train,
        validation=EXPERIMENT.plan.fractions.validation,
        code=split_digest,
    shell:
        "hsclass split results/{wildcards.scene} --sampler {params.sampler} {params.settings} --window {params.window}"
        " --train {params.train} --validation {params.validation} --seed {wildcards.seed} -o {output} 2>&1 | tee {log}"


# Exit status 3, which stops the run, when a split that does not declare itself leaky leaks.
rule audit:
    input:
        split="results/{scene}/{split}-{seed}/split.tif",
        labels="results/{scene}/labels.tif",
    output:
        "results/{scene}/{split}-{seed}/audit.json",
    log:
        "logs/audit/{scene}/{split}-{seed}.log",
    benchmark:
        "logs/audit/{scene}/{split}-{seed}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        mem_mb=memory("audit"),
        runtime=minutes("audit"),
        disk_mb=disk("audit"),
    params:
        window=EXPERIMENT.plan.window,
        code=stage_digest("audit"),
    shell:
        "hsclass audit {input.split} --labels {input.labels} --window {params.window} -o {output} 2>&1 | tee {log}"
