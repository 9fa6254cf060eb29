# Exit status 3, which stops the run, when a part of the model has seen a test sample.
rule evaluate:
    input:
        **in_run(PREDICTION),
        model=f"{RUN}/model",
        split=SPLIT_FILES["split"],
        labels=LABELS,
    output:
        f"{RUN}/metrics.json",
    log:
        f"logs/evaluate/{RUN_LOG}.log",
    benchmark:
        f"logs/evaluate/{RUN_LOG}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        **asks("evaluate"),
    params:
        confidence=lambda wildcards, input: f"--confidence {input.confidence}" if PIXELS else "",
        code=lambda wildcards: code("evaluate"),
    shell:
        "hsclass evaluate {input.prediction} --split {input.split} --labels {input.labels} --model {input.model}"
        " {params.confidence} -o {output} 2>&1 | tee {log}"


rule compare:
    input:
        predictions=predictions_of_split,
        split=SPLIT_FILES["split"],
        labels=LABELS,
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
        **asks("compare"),
    params:
        predictions=named_predictions,
        code=lambda wildcards: code("evaluate"),
    shell:
        "hsclass compare {params.predictions:q} --split {input.split} --labels {input.labels} -o {output} 2>&1 | tee {log}"
