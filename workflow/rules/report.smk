rule experiment:
    output:
        "reports/{experiment}/experiment.json",
    log:
        "logs/report/{experiment}-experiment.log",
    benchmark:
        "logs/experiment/{experiment}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        mem_mb=memory("experiment"),
        runtime=minutes("experiment"),
        disk_mb=disk("experiment"),
    params:
        config=json.dumps(config, sort_keys=True),
        resolved=json.dumps(EXPERIMENT.resolved(), sort_keys=True),
    shell:
        "printf %s {params.config:q} | hsclass experiment - -o {output} 2>&1 | tee {log}"


rule report:
    input:
        experiment="reports/{experiment}/experiment.json",
        audits=split_files("audit.json"),
        metrics=run_files("metrics.json"),
        comparisons=comparisons,
        maps=run_files("map.tif"),
        models=run_files("model"),
        studies=studies(),
    output:
        page=report(
            "reports/{experiment}/index.html",
            category="Accuracy",
            caption="../report/accuracy.rst",
        ),
        table=report(
            "reports/{experiment}/accuracy.csv",
            category="Accuracy",
            caption="../report/accuracy.rst",
        ),
        latex="reports/{experiment}/accuracy.tex",
    log:
        "logs/report/{experiment}.log",
    benchmark:
        "logs/report/{experiment}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        mem_mb=memory("report"),
        runtime=minutes("report"),
        disk_mb=disk("report"),
    params:
        code=stage_digest("report"),
    shell:
        "hsclass report {input.experiment} -o reports/{wildcards.experiment} 2>&1 | tee {log}"
