# The features of whole images, computed once for all models and splits; those of pixels are part of a training.
rule features:
    input:
        samples=SAMPLES,
        labels=LABELS,
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
        **asks("features"),
        gpu=PLAN.training.gpus,
    params:
        kind=lambda wildcards: kind("features", wildcards.features),
        settings=lambda wildcards: settings("features", wildcards.features),
        code=lambda wildcards: code("features", features=wildcards.features),
    shell:
        "hsclass features results/{wildcards.scene} --features {params.kind} {params.settings} --threads {threads}"
        " -o {output} 2>&1 | tee {log}"
