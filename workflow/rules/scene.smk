rule fetch:
    output:
        "data/{dataset}/source.json",
    log:
        "logs/fetch/{dataset}.log",
    benchmark:
        "logs/fetch/{dataset}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        mem_mb=memory("fetch"),
        runtime=minutes("fetch"),
        disk_mb=disk("fetch"),
    params:
        dataset=dataset_kind,
        own=own_data,
        code=fetch_digest,
    shell:
        "hsclass fetch {params.dataset:q} --data data 2>&1 | tee {log}"


rule scene:
    input:
        scene_source,
    output:
        cube="results/{scene}/cube.tif",
        labels="results/{scene}/labels.tif",
    log:
        "logs/scene/{scene}.log",
    benchmark:
        "logs/scene/{scene}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        mem_mb=memory("scene"),
        runtime=minutes("scene"),
        disk_mb=disk("scene"),
    params:
        dataset=lambda wildcards: kind("scenes", wildcards.scene),
        settings=lambda wildcards: settings("scenes", wildcards.scene),
        code=scene_digest,
    shell:
        "hsclass scene {params.dataset:q} --data data --name {wildcards.scene} {params.settings}"
        " -o results/{wildcards.scene} 2>&1 | tee {log}"
