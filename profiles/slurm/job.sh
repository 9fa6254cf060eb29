#!/bin/bash
# A whole experiment inside one job, for those who submit by hand:
#   sbatch profiles/slurm/job.sh --configfile EXPERIMENT.yaml
#SBATCH --job-name=hsclass
#SBATCH --cpus-per-task=2
#SBATCH --mem=8000M
#SBATCH --time=08:00:00
#SBATCH --output=hsclass-%j.log
# For networks on a GPU: #SBATCH --partition=gpu and #SBATCH --gpus=1
set -euo pipefail
# module load python/3.12
# . .venv/bin/activate
snakemake --cores "$SLURM_CPUS_PER_TASK" --resources mem_mb="$SLURM_MEM_PER_NODE" "$@"
