rule experiment:
    output:
        "reports/{experiment}/experiment.json",
    log:
        "logs/report/{experiment}-experiment.log",
    params:
        config=json.dumps(config, sort_keys=True),
        resolved=json.dumps(EXPERIMENT.resolved(), sort_keys=True),
    threads: 1
    resources:
        mem_mb=500,
    conda:
        "../envs/hsclass.yaml"
    shell:
        "printf %s {params.config:q} | hsclass experiment - -o {output} 2>&1 | tee {log}"


rule report:
    input:
        experiment="reports/{experiment}/experiment.json",
        audits=split_files("audit.json"),
        metrics=run_files("metrics.json"),
        maps=run_files("map.tif"),
        models=run_files("model"),
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
    log:
        "logs/report/{experiment}.log",
    benchmark:
        "logs/report/{experiment}.tsv"
    params:
        code=stage_digest("report"),
    threads: 1
    resources:
        mem_mb=2000,
    conda:
        "../envs/hsclass.yaml"
    shell:
        "hsclass report {input.experiment} -o reports/{wildcards.experiment} 2>&1 | tee {log}"
