rule experiment:
    output:
        "reports/{experiment}/experiment.json",
    log:
        "logs/report/{experiment}-experiment.log",
    benchmark:
        "logs/experiment/{experiment}.tsv"
    localrule: True
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        **asks("experiment"),
    params:
        # Functions, as Snakemake takes braces in plain texts for wildcards.
        config=lambda wildcards: json.dumps(KEYS, sort_keys=True),
        resolved=lambda wildcards: json.dumps(EXPERIMENT.resolved(), sort_keys=True),
    shell:
        "printf %s {params.config:q} | hsclass experiment - -o {output} 2>&1 | tee {log}"


rule report:
    input:
        experiment="reports/{experiment}/experiment.json",
        labels=of_runs(Path(LABELS).name, "scene_folder"),
        audits=of_runs("audit.json", "split_folder"),
        metrics=of_runs("metrics.json"),
        comparisons=comparisons,
        predictions=of_runs(PREDICTION["prediction"]),
        models=of_runs("model"),
        studies=studies(),
        delivered=delivered(),
    output:
        **{
            name: report(
                f"reports/{{experiment}}/{file}",
                category=category.capitalize(),
                subcategory="{experiment}",
                caption=f"../report/{category}.rst",
                labels={"file": file},
            )
            for name, (category, file) in REPORT.items()
        },
    log:
        "logs/report/{experiment}.log",
    benchmark:
        "logs/report/{experiment}.tsv"
    conda:
        "../envs/hsclass.yaml"
    threads: 1
    resources:
        **asks("report"),
    params:
        code=lambda wildcards: code("report"),
    shell:
        "hsclass report {input.experiment} -o reports/{wildcards.experiment} 2>&1 | tee {log}"
