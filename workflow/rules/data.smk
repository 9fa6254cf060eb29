# Where snakemake runs: compute nodes of a cluster often have no network to fetch from.
rule fetch:
    output:
        "data/{dataset}/source.json",
    log:
        "logs/fetch/{dataset}.log",
    benchmark:
        "logs/fetch/{dataset}.tsv"
    localrule: True
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        **asks("fetch"),
    params:
        dataset=lambda wildcards: kind("scenes", dataset_entry(wildcards)),
        settings=fetch_settings,
        own=own_data,
        code=lambda wildcards: data_digest("fetch", dataset_entry(wildcards)),
    shell:
        "hsclass fetch {params.dataset:q} --data data {params.settings} 2>&1 | tee {log}"


rule scene:
    input:
        lambda wildcards: f"data/{EXPERIMENT.descriptors[wildcards.scene].name}/source.json",
    output:
        samples=SAMPLES,
        labels=LABELS,
    log:
        "logs/scene/{scene}.log",
    benchmark:
        "logs/scene/{scene}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        **asks("scene"),
    params:
        dataset=lambda wildcards: kind("scenes", wildcards.scene),
        settings=lambda wildcards: settings("scenes", wildcards.scene),
        code=lambda wildcards: data_digest("scene", wildcards.scene),
    shell:
        "hsclass scene {params.dataset:q} --data data --name {wildcards.scene} {params.settings}"
        " -o results/{wildcards.scene} 2>&1 | tee {log}"
