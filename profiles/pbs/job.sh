#!/bin/bash
# A whole experiment inside one job, for those who submit by hand:
#   qsub -v EXPERIMENT=EXPERIMENT.yaml profiles/pbs/job.sh
#PBS -N hsclass
#PBS -l select=1:ncpus=2:mem=8000mb
#PBS -l walltime=08:00:00
#PBS -j oe
# For networks on a GPU: #PBS -q gpu and :ngpus=1 behind mem=…
# PBS does not say how much memory the job has: repeat the number of mem=… behind mem_mb=…
set -euo pipefail
cd "${PBS_O_WORKDIR:-.}"
# module load python/3.12
# . .venv/bin/activate
snakemake --cores "${NCPUS:-2}" --resources mem_mb=8000 --configfile "$EXPERIMENT"
