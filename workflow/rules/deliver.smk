# The map made with all labels: the outer folds and the choice with all labels, which may run at the same time, then the map.
rule deliver_fold:
    input:
        samples=SAMPLES,
        labels=LABELS,
    output:
        f"{FINAL}/folds/{{fold}}/choice.json",
    log:
        "logs/deliver_fold/{scene}/{fold}.log",
    benchmark:
        "logs/deliver_fold/{scene}/{fold}.tsv"
    priority: 1  # long jobs first, so that short ones fill all cores at the end
    conda:
        "../envs/hsclass.yaml"
    threads: candidate_threads
    resources:
        **asks("deliver_fold"),
        gpu=candidate_gpus,
    params:
        candidates=lambda wildcards: candidates(),
        settings=lambda wildcards: final_settings(),
        fold=lambda wildcards: f"--fold {wildcards.fold}",
        folder=lambda wildcards, output: Path(output[0]).parents[2],
        code=lambda wildcards: delivery_code(),
    shell:
        "printf %s {params.candidates:q} | hsclass deliver results/{wildcards.scene} --candidates - {params.settings}"
        " {params.fold} --threads {threads} --memory $(({resources.mem_mb} / 2)) -o {params.folder} 2>&1 | tee {log}"


# The same command without a number finds the folds done, trains the winner with all labels and maps the scene.
use rule deliver_fold as deliver with:
    input:
        folds=[f"{FINAL}/folds/{fold}/choice.json" for fold in range(PLAN.final.folds + 1)],
        samples=SAMPLES,
        labels=LABELS,
    output:
        map=f"{FINAL}/map.tif",
        confidence=f"{FINAL}/confidence.tif",
        probabilities=f"{FINAL}/probabilities.tif",
        dissimilarity=f"{FINAL}/di.tif",
        applicability=f"{FINAL}/aoa.tif",
        style=f"{FINAL}/map.qml",
        card=f"{FINAL}/card.json",
        page=report(f"{FINAL}/card.html", **in_report("Model card")),
        model=directory(f"{FINAL}/model"),
    log:
        "logs/deliver/{scene}.log",
    benchmark:
        "logs/deliver/{scene}.tsv"
    resources:
        **asks("deliver"),
        gpu=candidate_gpus,
    params:
        fold="",
        folder=lambda wildcards, output: Path(output.card).parent,


# `suggest` and `sample` also write a copy to fill in, which no rule owns: Snakemake removes the outputs of jobs that run
# again or fail, and the commands leave a copy that holds labels as it is.
rule suggest:
    input:
        map=f"{FINAL}/map.tif",
        confidence=f"{FINAL}/confidence.tif",
        dissimilarity=f"{FINAL}/di.tif",
        labels=LABELS,
    output:
        f"{FINAL}/drawn/suggestions.gpkg",
    log:
        "logs/suggest/{scene}.log",
    benchmark:
        "logs/suggest/{scene}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        **asks("suggest"),
    params:
        number=PLAN.final.suggest,
        to_fill_in=lambda wildcards, output: to_fill_in(output[0]),
        code=lambda wildcards: code("suggest"),
    shell:
        "hsclass suggest {input.map} --confidence {input.confidence} --dissimilarity {input.dissimilarity}"
        " --number {params.number} --visited {input.labels} -o {output} --to-fill-in {params.to_fill_in} 2>&1 | tee {log}"


rule sample:
    input:
        f"{FINAL}/map.tif",
    output:
        points=f"{FINAL}/drawn/sample.gpkg",
        design=f"{FINAL}/drawn/sample.design.json",
    log:
        "logs/sample/{scene}.log",
    benchmark:
        "logs/sample/{scene}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        **asks("sample"),
    params:
        size=PLAN.final.sample,
        to_fill_in=lambda wildcards, output: to_fill_in(output.points),
        seed=PLAN.final.seed,
        code=lambda wildcards: code("assess"),
    shell:
        "hsclass sample {input} --size {params.size} --seed {params.seed} -o {output.points}"
        " --to-fill-in {params.to_fill_in} 2>&1 | tee {log}"


rule assess:
    input:
        sample=lambda wildcards: PLAN.final.labelled_sample(wildcards.scene),
        design=lambda wildcards: Path(PLAN.final.labelled_sample(wildcards.scene)).with_suffix(".design.json"),
        map=f"{FINAL}/map.tif",
        card=f"{FINAL}/card.json",
    output:
        figures=f"{FINAL}/assessment.json",
        tables=multiext(f"{FINAL}/assessment", ".csv", ".tex"),
        page=report(f"{FINAL}/assessment.html", **in_report("Assessment")),
        card=report(f"{FINAL}/assessed_card.html", **in_report("Model card with the assessment")),
    log:
        "logs/assess/{scene}.log",
    benchmark:
        "logs/assess/{scene}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        **asks("assess"),
    params:
        missing="--allow-missing" if PLAN.final.allow_missing else "",
        other=lambda wildcards: shlex.join(f"--other={name}" for name in PLAN.final.other),
        code=lambda wildcards: code("assess"),
    shell:
        "hsclass assess {input.sample:q} {input.map} {params.missing} {params.other} -o {output.figures}"
        " --report {output.page} --card {output.card} 2>&1 | tee {log}"
