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
    conda:
        "../envs/hsclass.yaml"
    threads: candidate_threads
    resources:
        **asks("deliver_fold"),
        gpu=candidate_gpus,
    params:
        candidates=candidates(),
        settings=final_settings(),
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
        style=f"{FINAL}/map.qml",
        card=f"{FINAL}/card.json",
        page=f"{FINAL}/card.html",
        model=directory(f"{FINAL}/model"),
    log:
        "logs/deliver/{scene}.log",
    benchmark:
        "logs/deliver/{scene}.tsv"
    resources:
        **asks("deliver"),
        gpu=candidate_gpus,
    params:
        candidates=candidates(),
        settings=final_settings(),
        fold="",
        folder=lambda wildcards, output: Path(output.card).parent,
        code=lambda wildcards: delivery_code(),
