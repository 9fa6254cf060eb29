# Each map as `map_tiles` jobs, which may run at the same time on several machines.


scattergather:
    tiles=PLAN.map_tiles,


use rule predict as predict_part with:
    output:
        **in_run(PREDICTION, folder="tiles/{scatteritem}/", flag=temp),
    log:
        f"logs/predict/{RUN_LOG}-{{scatteritem}}.log",
    benchmark:
        f"logs/predict/{RUN_LOG}-{{scatteritem}}.tsv"
    resources:
        **asks("predict_part"),
        gpu=gpus,
    params:
        part=lambda wildcards: f"--part {wildcards.scatteritem}",


rule gather:
    input:
        **parts_of(PREDICTION),
    output:
        **in_run(PREDICTION),
    log:
        f"logs/gather/{RUN_LOG}.log",
    benchmark:
        f"logs/gather/{RUN_LOG}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        **asks("gather"),
    params:
        code=run_code("predict"),
    shell:
        "hsclass gather {input.confidence} -o {output.confidence} 2>&1 | tee {log};"
        " hsclass gather {input.prediction} -o {output.prediction} --about {output.about} 2>&1 | tee -a {log}"


ruleorder: gather > predict
