# Whole images: a branch of its own, from files to the report.


rule fetch:
    input:
        set_lists,
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
        dataset=set_kind,
        settings=lambda wildcards: settings("scenes", set_entry(wildcards)),
        own=own_data,
        code=set_digest,
    shell:
        "hsclass fetch {params.dataset:q} --data data {params.settings} 2>&1 | tee {log}"


rule index_images:
    input:
        image_source,
    output:
        table="results/{scene}/index.csv",
        about="results/{scene}/index.json",
    log:
        "logs/index/{scene}.log",
    benchmark:
        "logs/index/{scene}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        mem_mb=memory("index_images"),
        runtime=minutes("index_images"),
        disk_mb=disk("index_images"),
    params:
        dataset=lambda wildcards: EXPERIMENT.scenes[wildcards.scene].kind,
        settings=lambda wildcards: settings("scenes", wildcards.scene),
        code=stage_digest("images.index"),
    shell:
        "hsclass scene {params.dataset:q} --data data --name {wildcards.scene} {params.settings}"
        " -o results/{wildcards.scene} 2>&1 | tee {log}"


rule split_images:
    input:
        "results/{scene}/index.csv",
    output:
        table="results/{scene}/{split}-{seed}/split.csv",
        about="results/{scene}/{split}-{seed}/split.json",
    log:
        "logs/split/{scene}/{split}-{seed}.log",
    benchmark:
        "logs/split/{scene}/{split}-{seed}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        mem_mb=memory("split_images"),
        runtime=minutes("split_images"),
        disk_mb=disk("split_images"),
    params:
        sampler=lambda wildcards: image_kind("splits", wildcards.split),
        settings=lambda wildcards: settings("splits", wildcards.split),
        train=EXPERIMENT.plan.fractions.train,
        validation=EXPERIMENT.plan.fractions.validation,
        code=split_digest,
    shell:
        "hsclass split {input} --sampler {params.sampler} {params.settings} --train {params.train}"
        " --validation {params.validation} --seed {wildcards.seed} -o {output.table} 2>&1 | tee {log}"


# Exit status 3, which stops the run, when test images have near-duplicates and the split does not say so.
rule audit_images:
    input:
        index="results/{scene}/index.csv",
        split="results/{scene}/{split}-{seed}/split.csv",
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
        mem_mb=memory("audit_images"),
        runtime=minutes("audit_images"),
        disk_mb=disk("audit_images"),
    params:
        code=stage_digest("audit"),
    shell:
        "hsclass audit {input.split} --labels {input.index} -o {output} 2>&1 | tee {log}"


rule image_features:
    input:
        "results/{scene}/index.csv",
    output:
        "results/{scene}/features/{features}.npz",
    log:
        "logs/features/{scene}/{features}.log",
    benchmark:
        "logs/features/{scene}/{features}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 2
    resources:
        mem_mb=memory("image_features"),
        runtime=minutes("image_features"),
        disk_mb=disk("image_features"),
        gpu=TRAINING.gpus,
    params:
        settings=lambda wildcards: settings("features", wildcards.features),
        code=stage_digest("images.features"),
    shell:
        "hsclass images features {input} {params.settings} --threads {threads} -o {output} 2>&1 | tee {log}"


rule train_images:
    input:
        index="results/{scene}/index.csv",
        split="results/{scene}/{split}-{seed}/split.csv",
        audit="results/{scene}/{split}-{seed}/audit.json",
        features=features_file,
    output:
        directory("results/{scene}/{split}-{seed}/{features}/{model}/model"),
    log:
        "logs/train/{scene}/{split}-{seed}/{features}-{model}.log",
    benchmark:
        "logs/train/{scene}/{split}-{seed}/{features}-{model}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 2
    resources:
        mem_mb=memory("train_images"),
        runtime=minutes("train_images"),
        disk_mb=disk("train_images"),
        gpu=image_gpus,
    params:
        model=lambda wildcards: image_kind("models", wildcards.model),
        settings=lambda wildcards: settings("models", wildcards.model),
        features=features_argument,
        devices=image_devices,
        code=image_digest("images.train"),
    shell:
        "hsclass images train {input.index} {input.split} --model {params.model} {params.settings} {params.features}"
        " {params.devices} --seed {wildcards.seed} --threads {threads} -o {output} 2>&1 | tee {log}"


rule predict_images:
    input:
        index="results/{scene}/index.csv",
        split="results/{scene}/{split}-{seed}/split.csv",
        model="results/{scene}/{split}-{seed}/{features}/{model}/model",
        features=features_file,
    output:
        table="results/{scene}/{split}-{seed}/{features}/{model}/predictions.csv",
        about="results/{scene}/{split}-{seed}/{features}/{model}/predictions.json",
    log:
        "logs/predict/{scene}/{split}-{seed}/{features}-{model}.log",
    benchmark:
        "logs/predict/{scene}/{split}-{seed}/{features}-{model}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 2
    resources:
        mem_mb=memory("predict_images"),
        runtime=minutes("predict_images"),
        disk_mb=disk("predict_images"),
        gpu=image_gpus,
    params:
        features=features_argument,
        code=image_digest("images.predict"),
    shell:
        "hsclass images predict {input.model} {input.index} --split {input.split} {params.features}"
        " --threads {threads} -o {output.table} 2>&1 | tee {log}"


rule evaluate_images:
    input:
        index="results/{scene}/index.csv",
        split="results/{scene}/{split}-{seed}/split.csv",
        predictions="results/{scene}/{split}-{seed}/{features}/{model}/predictions.csv",
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
        mem_mb=memory("evaluate_images"),
        runtime=minutes("evaluate_images"),
        disk_mb=disk("evaluate_images"),
    params:
        code=stage_digest("evaluate"),
    shell:
        "hsclass evaluate {input.predictions} --labels {input.index} --split {input.split} -o {output}"
        " 2>&1 | tee {log}"


rule experiment:
    output:
        "reports/{experiment}/experiment.json",
    log:
        "logs/report/{experiment}-experiment.log",
    benchmark:
        "logs/experiment/{experiment}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        mem_mb=memory("experiment"),
        runtime=minutes("experiment"),
        disk_mb=disk("experiment"),
    params:
        config=json.dumps(config, sort_keys=True),
        resolved=json.dumps(EXPERIMENT.resolved(), sort_keys=True),
    shell:
        "printf %s {params.config:q} | hsclass experiment - -o {output} 2>&1 | tee {log}"


rule image_report:
    input:
        experiment="reports/{experiment}/experiment.json",
        indexes=image_files("index.csv", "scene_folder"),
        audits=image_files("audit.json", "split_folder"),
        metrics=image_files("metrics.json"),
        models=image_files("model"),
    output:
        page=report(
            "reports/{experiment}/index.html",
            category="Accuracy",
            caption="../report/accuracy.rst",
        ),
        table=report(
            "reports/{experiment}/accuracy.csv",
            category="Accuracy",
            caption="../report/accuracy.rst",
        ),
    log:
        "logs/report/{experiment}.log",
    benchmark:
        "logs/report/{experiment}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        mem_mb=memory("image_report"),
        runtime=minutes("image_report"),
        disk_mb=disk("image_report"),
    params:
        code=stage_digest("images.report"),
    shell:
        "hsclass images report {input.experiment} -o reports/{wildcards.experiment} 2>&1 | tee {log}"
