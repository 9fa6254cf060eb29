rule train:
    input:
        cube="results/{scene}/cube.tif",
        labels="results/{scene}/labels.tif",
        split="results/{scene}/{split}-{seed}/split.tif",
        audit="results/{scene}/{split}-{seed}/audit.json",
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
        mem_mb=model_memory,
    params:
        model=lambda wildcards: kind("models", wildcards.model),
        features=lambda wildcards: kind("features", wildcards.features),
        settings=lambda wildcards: settings("models", wildcards.model),
        feature_settings=lambda wildcards: settings("features", wildcards.features, "--set-feature"),
        code=train_digest,
    shell:
        "hsclass train results/{wildcards.scene} {input.split} --model {params.model} {params.settings}"
        " --features {params.features} {params.feature_settings} --seed {wildcards.seed} --threads {threads}"
        " -o {output} 2>&1 | tee {log}"


rule predict:
    input:
        model="results/{scene}/{split}-{seed}/{features}/{model}/model",
        cube="results/{scene}/cube.tif",
    output:
        map="results/{scene}/{split}-{seed}/{features}/{model}/map.tif",
        about="results/{scene}/{split}-{seed}/{features}/{model}/map.json",
    log:
        "logs/predict/{scene}/{split}-{seed}/{features}-{model}.log",
    benchmark:
        "logs/predict/{scene}/{split}-{seed}/{features}-{model}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: model_threads
    resources:
        mem_mb=model_memory,
    params:
        code=predict_digest,
    shell:
        "hsclass predict {input.model} results/{wildcards.scene} --threads {threads} --about {output.about}"
        " -o {output.map} 2>&1 | tee {log}"


rule evaluate:
    input:
        map="results/{scene}/{split}-{seed}/{features}/{model}/map.tif",
        split="results/{scene}/{split}-{seed}/split.tif",
        labels="results/{scene}/labels.tif",
    output:
        "results/{scene}/{split}-{seed}/{features}/{model}/metrics.json",
    log:
        "logs/evaluate/{scene}/{split}-{seed}/{features}-{model}.log",
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        code=stage_digest("evaluate"),
    shell:
        "hsclass evaluate {input.map} --split {input.split} --labels {input.labels} -o {output} 2>&1 | tee {log}"
