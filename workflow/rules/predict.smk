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
        features=lambda wildcards, input: features_argument(input),
        code=run_code("predict"),
    shell:
        call("predict") + " {params.part} --threads {threads} -o {output.prediction} 2>&1 | tee {log}"
