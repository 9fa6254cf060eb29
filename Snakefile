# From a hyperspectral scene, or a set of images, and reference data to defensible accuracy estimates.
#
#   snakemake --cores 2                                          config/config.yaml: Indian Pines
#   snakemake --cores 2 --configfile config/quick.yaml           any other experiment
from snakemake.settings.types import DeploymentMethod
from snakemake.utils import min_version

from hsclass.launch import workflow_folder

min_version("9.12")


# An experiment file is whole in itself: the default one is read only where none is given.
if not workflow.configfiles:

    configfile: "config/config.yaml"


# For `snakemake --sdm apptainer` (docs/cluster.md); without it the active environment serves every rule.
if DeploymentMethod.APPTAINER in workflow.deployment_settings.deployment_method:

    container: str(workflow_folder() / "hsclass.sif")


include: "workflow/rules/common.smk"
include: "workflow/rules/devices.smk"
include: "workflow/rules/inputs.smk"
include: "workflow/rules/resources.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/split.smk"


if not PIXELS:

    include: "workflow/rules/features.smk"


include: "workflow/rules/tune.smk"
include: "workflow/rules/train.smk"


if PLAN.training.workers > 1:

    include: "workflow/rules/workers.smk"


include: "workflow/rules/predict.smk"


if PLAN.map_tiles > 1:

    include: "workflow/rules/tiles.smk"


include: "workflow/rules/evaluate.smk"


if PLAN.final:

    include: "workflow/rules/deliver.smk"


include: "workflow/rules/report.smk"


rule all:
    input:
        f"reports/{PLAN.experiment}/index.html",
        f"reports/{PLAN.experiment}/accuracy.csv",
    localrule: True
