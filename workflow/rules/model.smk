rule train:
    input:
        cube="results/{scene}/cube.tif",
        labels="results/{scene}/labels.tif",
        split="results/{scene}/{split}-{seed}/split.tif",
        audit="results/{scene}/{split}-{seed}/audit.json",
        tuned=tuned_files,
    output:
        directory("results/{scene}/{split}-{seed}/{features}/{model}/model"),
    log:
        "logs/train/{scene}/{split}-{seed}/{features}-{model}.log",
    benchmark:
        "logs/train/{scene}/{split}-{seed}/{features}-{model}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: model_threads
    resources:
        mem_mb=memory("train"),
        runtime=minutes("train"),
        disk_mb=disk("train"),
        gpu=gpus,
    params:
        launcher="",
        threads=lambda wildcards, threads: threads,
        subject=train_subject,
        devices=devices,
        code=train_digest,
    shell:
        "{params.launcher}hsclass train results/{wildcards.scene} {input.split} {params.subject} {params.devices}"
        " --seed {wildcards.seed} --threads {params.threads} -o {output} 2>&1 | tee {log}"


# Exit status 3, which stops the run, when a part of the model has seen a test pixel.
rule evaluate:
    input:
        map="results/{scene}/{split}-{seed}/{features}/{model}/map.tif",
        confidence="results/{scene}/{split}-{seed}/{features}/{model}/confidence.tif",
        model="results/{scene}/{split}-{seed}/{features}/{model}/model",
        split="results/{scene}/{split}-{seed}/split.tif",
        labels="results/{scene}/labels.tif",
    output:
        "results/{scene}/{split}-{seed}/{features}/{model}/metrics.json",
    log:
        "logs/evaluate/{scene}/{split}-{seed}/{features}-{model}.log",
    benchmark:
        "logs/evaluate/{scene}/{split}-{seed}/{features}-{model}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        mem_mb=memory("evaluate"),
        runtime=minutes("evaluate"),
        disk_mb=disk("evaluate"),
    params:
        code=stage_digest("evaluate"),
    shell:
        "hsclass evaluate {input.map} --split {input.split} --labels {input.labels} --model {input.model}"
        " --confidence {input.confidence} -o {output} 2>&1 | tee {log}"


rule compare:
    input:
        maps=maps_of_split,
        split="results/{scene}/{split}-{seed}/split.tif",
        labels="results/{scene}/labels.tif",
    output:
        "reports/{experiment}/comparison/{scene}/{split}-{seed}.json",
    log:
        "logs/compare/{experiment}/{scene}/{split}-{seed}.log",
    benchmark:
        "logs/compare/{experiment}/{scene}/{split}-{seed}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        mem_mb=memory("compare"),
        runtime=minutes("compare"),
        disk_mb=disk("compare"),
    params:
        maps=named_maps,
        code=stage_digest("evaluate"),
    shell:
        "hsclass compare {params.maps:q} --split {input.split} --labels {input.labels} -o {output} 2>&1 | tee {log}"
