rule split:
    input:
        samples=SAMPLES,
        labels=LABELS,
        copied=copied_split,
        masks=lambda wildcards: EXPERIMENT.mask_files(wildcards.split),
    output:
        **SPLIT_FILES,
    log:
        "logs/split/{scene}/{split}-{seed}.log",
    benchmark:
        "logs/split/{scene}/{split}-{seed}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        **asks("split"),
    params:
        sampler=lambda wildcards: kind("splits", wildcards.split),
        settings=split_settings,
        copied=copied_argument,
        window=window(),
        train=PLAN.fractions.train,
        validation=PLAN.fractions.validation,
        code=lambda wildcards: code("split", split=wildcards.split),
    shell:
        "hsclass split results/{wildcards.scene} --sampler {params.sampler} {params.settings} {params.copied}"
        " {params.window} --train {params.train} --validation {params.validation} --seed {wildcards.seed} -o {output.split} 2>&1 | tee {log}"


# Exit status 3, which stops the run, when a split that does not declare itself leaky leaks.
rule audit:
    input:
        split=SPLIT_FILES["split"],
        samples=SAMPLES,
        labels=LABELS,
    output:
        report(
            f"{SPLIT}/audit.json",
            category="Splits",
            subcategory="{scene}",
            caption="../report/split.rst",
            labels={"split": "{split}", "seed": "{seed}"},
        ),
    log:
        "logs/audit/{scene}/{split}-{seed}.log",
    benchmark:
        "logs/audit/{scene}/{split}-{seed}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        **asks("audit"),
    params:
        window=window(),
        code=lambda wildcards: code("audit"),
    shell:
        "hsclass audit {input.split} --labels {input.labels} {params.window} -o {output} 2>&1 | tee {log}"
