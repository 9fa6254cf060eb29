"""What each job of an experiment on whole images will take, in proportion to jobs that ran before."""

from functools import cached_property

from hsclass.experiment import Experiment
from hsclass.images.frozen import FeatureOptions
from hsclass.plan import RAW
from hsclass.planning.forecast import Forecaster, larger
from hsclass.planning.image_needs import ImageNeeds
from hsclass.planning.image_timings import feature_subject, whole_subject
from hsclass.planning.jobs import Job
from hsclass.planning.timings import Subject, Timing


class ImageForecaster(Forecaster[Experiment, ImageNeeds]):
    """Foretells the jobs of an experiment on images."""

    held = 1.0

    def work_of(self, job: Job) -> float:
        """Return how much a job has to do.

        Multiplications, for jobs of networks; MB, for the index; runs, for the report; images, for the others.
        """
        if job.rule == "train_images":
            return self._needs.task(job.wildcards).train_macs
        if job.rule == "predict_images":
            return self._needs.task(job.wildcards).predict_macs
        if job.rule == "image_features":
            return self._needs.features_macs(job.wildcards)
        if "scene" not in job.wildcards:
            return float(len(list(self._experiment.runs()))) if job.rule == "image_report" else 1.0
        size = self._needs.sizes[job.wildcards["scene"]]
        return size.megabytes if job.rule == "index_images" else float(size.images)

    def _telling(self, timed: list[Timing]) -> list[Timing]:
        return larger(timed)

    def _least(self, timing: Timing) -> float:
        return self._network_start if _runs_network(timing) else self._start

    @cached_property
    def _network_start(self) -> float:
        """Seconds that no job with a network takes less than: Keras is loaded in them."""
        return min((timing.seconds for timing in self._timings if _runs_network(timing)), default=0.0)

    def _megabytes(self, job: Job) -> float | None:
        if job.rule in {"train_images", "predict_images"}:
            task = self._needs.task(job.wildcards)
            return task.held_mb + (task.maps_mb if job.rule == "train_images" else 0)
        return self._needs.sizes[job.wildcards["scene"]].megabytes if "scene" in job.wildcards else None

    def _subject(self, job: Job) -> Subject:
        name = job.wildcards["features"]
        found = None if name == RAW else self._experiment.features[name].options
        features = found if isinstance(found, FeatureOptions) else None
        if features and "model" not in job.wildcards:
            return ("features", "", *feature_subject(features))
        model = job.wildcards["model"]
        options = self._experiment.models[model].all_options
        return whole_subject(self._experiment.models[model].kind, options, features)


def _runs_network(timing: Timing) -> bool:
    """Whether a job loads Keras: all but predictions of heads on features that are computed already."""
    on_pixels = timing.subject is not None and timing.subject[2] == RAW
    return timing.rule in {"image_features", "train_images"} or (timing.rule == "predict_images" and on_pixels)
