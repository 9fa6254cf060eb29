rule predict:
    input:
        model=f"{RUN}/model",
        samples=SAMPLES,
        split=SPLIT_FILES["split"],
        features=features_file,
    output:
        **in_run(PREDICTION),
    log:
        f"logs/predict/{RUN_LOG}.log",
    benchmark:
        f"logs/predict/{RUN_LOG}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: model_threads
    resources:
        **asks("predict"),
        gpu=gpus,
    params:
        part="",
        form=prediction_form,
        code=run_code("predict"),
    shell:
        "hsclass predict {input.model} results/{wildcards.scene} {params.part} {params.form} --threads {threads}"
        " --memory $(({resources.mem_mb} / 2)) --about {output.about} -o {output.prediction} 2>&1 | tee {log}"
