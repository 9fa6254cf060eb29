# From a hyperspectral scene and its ground truth to accuracy figures that can be defended.
#
#   snakemake --cores 2                                          config/config.yaml: Indian Pines
#   snakemake --cores 2 --configfile config/quick.yaml           any other experiment


# An experiment file is whole in itself: the default one is read only where no other is given.
if not workflow.overwrite_configfiles:

    configfile: "config/config.yaml"


# For `snakemake --sdm apptainer` (docs/cluster.md); without it the active environment serves every rule.
container: "hsclass.sif"


include: "workflow/rules/common.smk"
include: "workflow/rules/resources.smk"


if "images" in config:

    include: "workflow/rules/images_common.smk"
    include: "workflow/rules/images.smk"

else:

    include: "workflow/rules/devices.smk"
    include: "workflow/rules/scene.smk"
    include: "workflow/rules/split.smk"
    include: "workflow/rules/tune.smk"
    include: "workflow/rules/model.smk"

    if TRAINING.workers > 1:

        include: "workflow/rules/workers.smk"
    include: f"workflow/rules/{'tiles' if EXPERIMENT.plan.map_tiles > 1 else 'map'}.smk"
    include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        f"reports/{EXPERIMENT.plan.experiment}/index.html",
        f"reports/{EXPERIMENT.plan.experiment}/accuracy.csv",


# On a cluster these run where snakemake does: compute nodes often have no network to fetch from.
localrules:
    all,
    experiment,
    fetch,
