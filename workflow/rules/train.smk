rule train:
    input:
        samples=SAMPLES,
        labels=LABELS,
        split=SPLIT_FILES["split"],
        audit=f"{SPLIT}/audit.json",
        tuned=tuned_files,
        features=features_file,
    output:
        directory(f"{RUN}/model"),
    log:
        f"logs/train/{RUN_LOG}.log",
    benchmark:
        f"logs/train/{RUN_LOG}.tsv"
    priority: 1  # long jobs first, so that short ones fill all cores at the end
    conda:
        "../envs/hsclass.yaml"
    threads: model_threads
    resources:
        **asks("train"),
        gpu=gpus,
    params:
        launcher="",
        threads=lambda wildcards, threads: threads,
        subject=train_subject,
        files=train_files,
        devices=devices,
        idle_devices=idle_devices,
        code=run_code("train"),
    shell:
        "{params.launcher}hsclass train results/{wildcards.scene} {input.split} {params.subject} {params.files}"
        " {params.devices} {params.idle_devices} --seed {wildcards.seed} --threads {params.threads} -o {output} 2>&1 | tee {log}"
