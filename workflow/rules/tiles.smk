# Each map as `map_tiles` jobs, which may run at the same time on several machines.


scattergather:
    tiles=EXPERIMENT.plan.map_tiles,


rule predict_part:
    input:
        model="results/{scene}/{split}-{seed}/{features}/{model}/model",
        cube="results/{scene}/cube.tif",
    output:
        map=temp("results/{scene}/{split}-{seed}/{features}/{model}/tiles/{scatteritem}/map.tif"),
        confidence=temp("results/{scene}/{split}-{seed}/{features}/{model}/tiles/{scatteritem}/confidence.tif"),
        about=temp("results/{scene}/{split}-{seed}/{features}/{model}/tiles/{scatteritem}/map.json"),
    log:
        "logs/predict/{scene}/{split}-{seed}/{features}-{model}-{scatteritem}.log",
    benchmark:
        "logs/predict/{scene}/{split}-{seed}/{features}-{model}-{scatteritem}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: model_threads
    resources:
        mem_mb=memory("predict_part"),
        runtime=minutes("predict_part"),
        disk_mb=disk("predict_part"),
        gpu=gpus,
    params:
        code=predict_digest,
    shell:
        "hsclass predict {input.model} results/{wildcards.scene} --part {wildcards.scatteritem} --threads {threads}"
        " --memory $(({resources.mem_mb} / 2)) --about {output.about} --confidence {output.confidence} -o {output.map} 2>&1 | tee {log}"


rule gather:
    input:
        maps=gather.tiles("results/{{scene}}/{{split}}-{{seed}}/{{features}}/{{model}}/tiles/{scatteritem}/map.tif"),
        confidences=gather.tiles(
            "results/{{scene}}/{{split}}-{{seed}}/{{features}}/{{model}}/tiles/{scatteritem}/confidence.tif"
        ),
        abouts=gather.tiles("results/{{scene}}/{{split}}-{{seed}}/{{features}}/{{model}}/tiles/{scatteritem}/map.json"),
    output:
        map="results/{scene}/{split}-{seed}/{features}/{model}/map.tif",
        confidence="results/{scene}/{split}-{seed}/{features}/{model}/confidence.tif",
        about="results/{scene}/{split}-{seed}/{features}/{model}/map.json",
    log:
        "logs/gather/{scene}/{split}-{seed}/{features}-{model}.log",
    benchmark:
        "logs/gather/{scene}/{split}-{seed}/{features}-{model}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        mem_mb=memory("gather"),
        runtime=minutes("gather"),
        disk_mb=disk("gather"),
    params:
        code=predict_digest,
    shell:
        "hsclass gather {input.confidences} -o {output.confidence} 2>&1 | tee {log};"
        " hsclass gather {input.maps} -o {output.map} --about {output.about} 2>&1 | tee -a {log}"
