# Exit status 3, which stops the run, when a part of the model has seen a test sample.
rule evaluate:
    input:
        **in_run(PREDICTION),
        model=f"{RUN}/model",
        split=SPLIT_FILES["split"],
        labels=LABELS,
    output:
        report(
            f"{RUN}/metrics.json",
            category="Runs",
            subcategory="{scene}",
            caption="../report/run.rst",
            labels={"split": "{split}", "seed": "{seed}", "features": "{features}", "model": "{model}"},
        ),
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


# All seeds or folds of a split together; a matched split also against the others of its ladder.
rule compare:
    input:
        predictions=lambda wildcards: prediction_files(runs_of_split(wildcards)),
        splits=lambda wildcards: split_files_of(runs_of_split(wildcards)),
        others=lambda wildcards: prediction_files(other_runs(wildcards)),
        other_splits=lambda wildcards: split_files_of(other_runs(wildcards)),
        labels=LABELS,
    output:
        report(
            "reports/{experiment}/comparison/{scene}/{split}.json",
            category="Differences",
            subcategory="{scene}",
            caption="../report/differences.rst",
            labels={"split": "{split}"},
        ),
    log:
        "logs/compare/{experiment}/{scene}/{split}.log",
    benchmark:
        "logs/compare/{experiment}/{scene}/{split}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        **asks("compare"),
    params:
        predictions=lambda wildcards: compared(runs_of_split(wildcards)),
        splits=lambda wildcards, input: " ".join(repeated("--split", input.splits)),
        against=other_split,
        code=lambda wildcards: code("evaluate"),
    shell:
        "hsclass compare {params.predictions:q} {params.splits} --labels {input.labels} {params.against} -o {output}"
        " 2>&1 | tee {log}"
