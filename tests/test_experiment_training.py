"""The key `training:` of an experiment."""

import pytest

from hsclass.errors import UsageError
from hsclass.experiment import Experiment

CONFIG = {"experiment": "toy", "scenes": ["indian_pines"], "splits": ["random"], "models": ["cnn1d"]}


def test_several_workers_are_taken_over() -> None:
    given = {"strategy": "multi_worker", "workers": 2, "gpus": 1}
    training = Experiment({**CONFIG, "training": given}).plan.training
    assert training.model_dump() == given | {"wait": 300}


@pytest.mark.parametrize(
    ("training", "sentence"),
    [
        ({"strategy": "multi_worker"}, "option 'training' is .*'strategy: multi_worker' needs 'workers', 2 or more"),
        ({"workers": 2}, "workers 2 need 'strategy: multi_worker', found auto; set it, or leave 'workers' away"),
        ({"workers": 0}, "option 'training.workers' is 0; it should be greater than or equal to 1"),
        ({"strategy": "horovod"}, "option 'training.strategy' is 'horovod'"),
        ({"cards": 1}, "unknown option 'training.cards'; expected one of gpus, strategy, wait, workers"),
    ],
)
def test_what_cannot_be_is_one_sentence(training: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        Experiment({**CONFIG, "training": training})
