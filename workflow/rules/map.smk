rule predict:
    input:
        model="results/{scene}/{split}-{seed}/{features}/{model}/model",
        cube="results/{scene}/cube.tif",
    output:
        map="results/{scene}/{split}-{seed}/{features}/{model}/map.tif",
        confidence="results/{scene}/{split}-{seed}/{features}/{model}/confidence.tif",
        about="results/{scene}/{split}-{seed}/{features}/{model}/map.json",
    log:
        "logs/predict/{scene}/{split}-{seed}/{features}-{model}.log",
    benchmark:
        "logs/predict/{scene}/{split}-{seed}/{features}-{model}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: model_threads
    resources:
        mem_mb=memory("predict"),
        runtime=minutes("predict"),
        disk_mb=disk("predict"),
        gpu=gpus,
    params:
        code=predict_digest,
    shell:
        "hsclass predict {input.model} results/{wildcards.scene} --threads {threads} --memory $(({resources.mem_mb} / 2))"
        " --about {output.about} --confidence {output.confidence} -o {output.map} 2>&1 | tee {log}"
