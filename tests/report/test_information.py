"""The experiment written back as the file that runs it again."""

import yaml

from hsclass.experiment import Experiment
from hsclass.report.collect import read_results
from hsclass.report.information import experiment_yaml
from hsclass.results import ExperimentRecord


def test_names_and_options_are_written_back(experiment) -> None:
    config = yaml.safe_load(experiment_yaml(read_results(experiment.file).experiment))
    assert config == {
        "experiment": "farm", "window": 5, "fractions": {"train": 0.25, "validation": 0.0}, "seeds": [0, 1],
        "scenes": [{"scene": "farm", "rows": None}],
        "splits": [
            {"sampler": "random", "strategy": "stratified"},
            {"sampler": "dbscan_area", "name": "blocks"},
        ],
        "features": ["raw"],
        "models": [{"model": "rf", "trees": 200}, {"model": "cnn3d", "name": "net", "epochs": 4, "patience": None}],
    }  # fmt: skip


def test_file_of_a_real_experiment_resolves_to_the_same_runs() -> None:
    first = Experiment({
        "experiment": "pines", "scenes": [{"scene": "indian_pines", "rows": [0, 90]}], "window": 7,
        "splits": ["random", {"sampler": "dbscan_area", "name": "area"}],
        "models": ["rf", {"model": "cnn3d", "name": "long", "patience": None}], "map_tiles": 2,
        "final": {"models": ["rf"], "folds": 4, "sample": 30},
    }).resolved()  # fmt: skip
    again = Experiment(yaml.safe_load(experiment_yaml(ExperimentRecord.model_validate(first)))).resolved()
    assert again == first
