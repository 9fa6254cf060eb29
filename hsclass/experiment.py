"""An experiment: one file whose lists are the dimensions of a matrix of runs, checked before any job starts."""

import itertools
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from hsclass import __version__
from hsclass.choices import DIMENSIONS, Choices, choices
from hsclass.datasets import load_descriptor
from hsclass.datasets.descriptor import Descriptor, SceneOptions
from hsclass.datasets.image_set import PLACES, ImageSet
from hsclass.entries import Listed
from hsclass.errors import UsageError
from hsclass.experiment_paths import placed
from hsclass.features import feature_class
from hsclass.features.frozen import FrozenOptions, check_frozen, named_options
from hsclass.final.candidates import Candidate, check_folds
from hsclass.matching import check_match, takes_images
from hsclass.models import model_class
from hsclass.options import Options, parse_options
from hsclass.plan import ONLY, RAW, Plan, Samples
from hsclass.predict.tiles import Tiles
from hsclass.results.experiment import ExperimentRecord, RunEntry, compared_with
from hsclass.samplers import check_counts
from hsclass.samplers.folds import train_share
from hsclass.tuning.checks import check_search, check_searchable
from hsclass.tuning.options import TuneOptions
from hsclass.tuning.subject import Subject
from hsclass.yaml_file import read_yaml

_LARGE = 10_000  # side [pixels] of images of which it is not known yet


@dataclass(frozen=True)
class Entry:
    """A checked entry of a list.

    Attributes
    ----------
    kind : str
        The data set, sampler, features or model behind the entry.
    name : str
        Of the entry's results.
    given : mapping
        The options that the file gives.
    options : Options
        All options, as that kind takes them.
    given_search : mapping
        The options of the model's search that the file gives.
    search : TuneOptions or None
        All options of the model's search; None without one.
    """

    kind: str
    name: str
    given: Mapping[str, Any]
    options: Options
    given_search: Mapping[str, Any] = field(default_factory=dict)
    search: TuneOptions | None = None

    @property
    def all_options(self) -> dict[str, Any]:
        """The options as JSON knows them, defaults filled in."""
        return self.options.model_dump(mode="json")

    def resolved(self, key: str) -> dict[str, Any]:
        """Return the entry for `experiment.json`, with its defaults, but for those that a search decides."""
        about = {key: self.kind, "name": self.name}
        if self.search is None:
            return {**about, "options": self.all_options}
        return {**about, "options": dict(self.given), "tune": self.search.model_dump(mode="json")}


class Experiment:
    """A checked experiment.

    Parameters
    ----------
    config : mapping
        The keys of an experiment file; see `hsclass.plan.Plan`.

    Attributes
    ----------
    plan : Plan
        The keys as the file gives them, with their defaults.
    scenes, splits, features, models : dict of str to Entry
        The lists by the names of their entries. Of an experiment on images, `scenes` are the sets of images.

    Raises
    ------
    UsageError
        For the first thing that is wrong: an unknown key or name, an impossible value, a window that does not fit the
        scene or the network.
    DataError
        If a class is known to be too small to split.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.plan = parse_options(Plan, config, "experiment")
        tables = choices(self.samples)
        self.scenes = self._entries(tables, "scenes" if self.samples == "pixels" else "images")
        self.splits = self._entries(tables, "splits")
        self.features = self._entries(tables, "features")
        self.models = self._entries(tables, "models")
        self._check_features()
        self._check_searches()
        for name in self.splits:
            self._check_copy(name)
            if folds := getattr(self.splits[name].options, "folds", None):
                train_share(folds, self.plan.fractions.validation)
        for name in self.scenes:
            self._check_scene(name)
        self._check_data()
        self._check_published()
        self._check_final()

    @property
    def samples(self) -> Samples:
        """What is classified: pixels of scenes, or images."""
        return self.plan.samples

    def _entries(self, tables: Mapping[str, Choices], dimension: str) -> dict[str, Entry]:
        return {listed.name: self._entry(listed, tables[dimension]) for listed in getattr(self.plan, dimension)}

    def _entry(self, listed: Listed, table: Choices) -> Entry:
        given = named_options(listed.kind, listed.given) if table.key == "features" else dict(listed.given)
        options = parse_options(table.options_of(listed.kind), given, f"{table.key} {listed.name}")
        search = None if listed.tune is None else parse_options(TuneOptions, listed.tune, f"model {listed.name}: tune")
        return Entry(listed.kind, listed.name, given, options, dict(listed.tune or {}), search)

    def on(self, model: str) -> list[str]:
        """Return the names of the features that a model runs on: one of images takes these as they are."""
        if self.samples == "pixels":
            return list(self.features)
        if takes_images(self.models[model].kind):
            return [RAW]
        return [name for name, entry in self.features.items() if entry.kind != RAW]

    def _check_features(self) -> None:
        for entry in self.features.values():
            if entry.name == RAW and entry.kind != RAW:
                raise UsageError(f"features: '{RAW}' names the samples themselves; give {entry.kind} another 'name:'")
        for model in self.models.values():
            for name in self.on(model.name) or [RAW]:
                check_match(self.samples, model.kind, self.features[name].kind if name in self.features else RAW)
            if takes_images(model.kind):
                size = getattr(model.options, "size", None) or _LARGE
                model_class(model.kind).check(model.options, window=size, n_features=3)
        for entry in self.features.values():
            if isinstance(entry.options, FrozenOptions):
                check_frozen(entry.options, f"features {entry.name}")
        if self.samples == "images" and any(self.on(name) == [RAW] for name in self.models):
            self.features.setdefault(RAW, Entry(RAW, RAW, {}, parse_options(feature_class(RAW).Options, {}, RAW)))

    def _check_searches(self) -> None:
        for model in self.models.values():
            if model.search is None:
                continue
            check_searchable(self.samples, model.name)
            for features in self.features.values():
                check_search(Subject(model.kind, features.kind, model.given, features.given), model.search)

    def _check_copy(self, name: str) -> None:
        others = [other for other in self.splits if other != name and not self.copied_split(other)]
        if (copied := self.copied_split(name)) and copied not in others:
            raise UsageError(
                f"sampler {name}: option 'of' is {copied!r}; expected another split of this experiment that is no copy"
                f" itself: {', '.join(others) or 'there is none'}"
            )

    def copied_split(self, name: str) -> str | None:
        """Return the name of the split that a matched split has test pixels and counts of, None for any other split."""
        entry = self.splits[name]
        return str(entry.all_options["of"]) if "of" in entry.all_options else None

    def compared_with(self, name: str) -> list[str]:
        """Return the splits that a matched split is compared with on the pixels that both test."""
        copies = {split: copied for split in self.splits if (copied := self.copied_split(split))}
        return compared_with(name, copies, {split: entry.kind for split, entry in self.splits.items()})

    def mask_files(self, name: str) -> list[str]:
        """Return the files that a split is made from in addition to the scene: published masks."""
        options = self.splits[name].options
        files = (getattr(options, field) for field in type(options).model_fields if field.endswith("_mask"))
        return [str(file) for file in files if file is not None]

    @cached_property
    def descriptors(self) -> dict[str, Descriptor | ImageSet]:
        """The descriptor of each scene or set of images, by its name in the experiment."""
        return {name: self._descriptor(entry) for name, entry in self.scenes.items()}

    def _descriptor(self, entry: Entry) -> Descriptor | ImageSet:
        try:
            options = entry.given if self.samples == "images" else None
            return load_descriptor(entry.kind, options, kind=self.samples)
        except UsageError as error:
            if Path(entry.kind).suffix in {".yaml", ".yml"} and not Path(entry.kind).exists():
                raise UsageError(
                    f"{error}; paths in an experiment count from the folder of its file"
                    f" and are given here from {Path.cwd()}"
                ) from None
            raise

    def _check_data(self) -> None:
        first: dict[str, str] = {}
        for name, descriptor in self.descriptors.items():
            other = first.setdefault(descriptor.name, name)
            home = Path("data", descriptor.name)
            if self.descriptors[other].digest(home) != descriptor.digest(home):
                raise UsageError(
                    f"experiment: {other} and {name} are different data sets that share the folder"
                    f" 'data/{descriptor.name}'; rename a file or folder of the two, or give its descriptor a 'name:'"
                )

    def _check_scene(self, name: str) -> None:
        descriptor, options = self.descriptors[name], self.scenes[name].options
        if not (isinstance(descriptor, Descriptor) and isinstance(options, SceneOptions) and descriptor.kept_shape):
            return
        window = self.plan.window
        rows, cols, bands = options.cut_shape(descriptor.kept_shape)
        if window > min(rows, cols):
            raise UsageError(
                f"experiment: window {window} is larger than scene {name} ({rows} x {cols} pixels);"
                f" expected an odd number up to {min(rows, cols)}"
            )
        if self.plan.map_tiles > (most := Tiles.of(rows, cols, 0).count):
            raise UsageError(
                f"experiment: map_tiles {self.plan.map_tiles} are more than the tiles of scene {name} ({rows} x {cols}"
                f" pixels); expected at most {most}, and fewer for models that look far"
            )
        counts = options.cut_counts(descriptor)
        for split in self.splits.values() if counts else ():
            check_counts(counts, split.kind, scene=name, **self.plan.fractions.model_dump())
        for features, model in itertools.product(self.features.values(), self.models.values()):
            extractor = feature_class(features.kind)(**features.options.model_dump())
            count = extractor.count(bands, len(counts), descriptor.kept_wavelengths)
            if count is not None:
                model_class(model.kind).check(model.options, window=window, n_features=count)

    def _check_published(self) -> None:
        for figure in self.plan.published.figures if self.plan.published else ():
            if figure.name is None and (figure.features not in self.features or figure.model not in self.models):
                raise UsageError(
                    f"published: names {figure.model} on {figure.features}; expected features of"
                    f" {', '.join(self.features)} and models of {', '.join(self.models)}, as in this experiment"
                )

    def _check_final(self) -> None:
        final = self.plan.final
        if final is None:
            return
        for key, asked, known in (
            ("features", final.features, self.features),
            ("models", final.models, self.models),
        ):
            if foreign := [name for name in asked if name not in known]:
                raise UsageError(
                    f"final: {key} {', '.join(foreign)} are not in this experiment; expected some of {', '.join(known)}"
                )
        check_folds(final, self.candidates())
        named = final.assess if isinstance(final.assess, dict) else dict.fromkeys(self.scenes, final.assess)
        if foreign := [name for name in named if name not in self.scenes]:
            raise UsageError(
                f"final: assess names {', '.join(foreign)}; expected some of the scenes {', '.join(self.scenes)}"
            )
        if isinstance(final.assess, str) and len(self.scenes) > 1:
            raise UsageError(
                f"final: assess is {final.assess!r}, and there are {len(self.scenes)} scenes; give each its own,"
                f" such as {{{next(iter(self.scenes))}: {final.assess}}}"
            )
        for file in filter(None, named.values()):
            expected = "expected a copy of a sample that 'hsclass sample' drew, with labels filled in"
            if not Path(file).is_file():
                raise UsageError(f"final: assess: {file}: no such file; {expected}")
            if not Path(file).stat().st_size:
                raise UsageError(f"final: assess: {file}: is empty; {expected}")
            if not (design := Path(file).with_suffix(".design.json")).is_file():
                raise UsageError(
                    f"final: assess: {file}: its design is missing; expected {design}, a copy of the design that"
                    " 'hsclass sample' wrote next to the sample"
                )

    def candidates(self) -> list[Candidate]:
        """Return the candidates for the model of the delivered map; none where the experiment delivers no map."""
        if self.plan.final is None:
            return []
        names = self.plan.final.features or tuple(self.features), self.plan.final.models or tuple(self.models)
        return [
            Candidate(
                model.kind, features.kind, model.given, features.given,
                None if model.search is None else model.given_search, f"{features.name}/{model.name}",
            )
            for features, model in itertools.product(
                (self.features[name] for name in names[0]), (self.models[name] for name in names[1])
            )
        ]  # fmt: skip

    def runs(self) -> Iterator[RunEntry]:
        """Yield every run of the matrix."""
        for scene, split, seed in itertools.product(self.scenes, self.splits, self.plan.seeds):
            yield from self.split_runs(scene, split, seed)

    def split_runs(self, scene: str, split: str, seed: int) -> list[RunEntry]:
        """Return the runs of one split of a scene."""
        scene_folder = Path("results", scene)
        split_folder = scene_folder / f"{split}-{seed}"
        return [
            RunEntry.model_construct(
                scene=scene, split=split, seed=seed, features=features, model=model, scene_folder=scene_folder,
                split_folder=split_folder, folder=split_folder / features / model,
            )
            for features, model in itertools.product(self.features, self.models) if features in self.on(model)
        ]  # fmt: skip

    def record(self) -> ExperimentRecord:
        """Return the experiment with every default filled in and every run listed, for `experiment.json`."""
        scenes = ONLY[self.samples][0]
        lists = {scenes: self.scenes, "splits": self.splits, "features": self.features, "models": self.models}
        other = ONLY["images" if self.samples == "pixels" else "pixels"]
        return ExperimentRecord.model_validate({
            **self.plan.model_dump(mode="json", exclude={*lists, *other}),
            "hsclass": __version__,
            "samples": self.samples,
            **{name: [entry.resolved(DIMENSIONS[name]) for entry in held.values()] for name, held in lists.items()},
            "runs": list(self.runs()),
        })  # fmt: skip

    def resolved(self) -> dict[str, Any]:
        """Return `record` as what JSON knows."""
        return self.record().as_dict()


def load_experiment(path: str | os.PathLike[str]) -> Experiment:
    """Read and check an experiment file (YAML or JSON).

    Raises
    ------
    UsageError
        If the file is missing, is not YAML, or holds something wrong.
    """
    return Experiment(read_config(path))


def read_config(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the keys of an experiment file (YAML or JSON), unchecked, with its paths from the working folder.

    Raises
    ------
    UsageError
        If the file is missing, is not YAML, or holds no keys.
    """
    path = Path(path)
    config = read_yaml(path, expected="the path of an experiment file")
    if not isinstance(config, dict):
        held = "nothing" if config is None else type(config).__name__
        raise UsageError(f"{path}: holds {held}; expected keys such as experiment, scenes, models")
    if "experiment" not in config and any(key in config for key in ("cube", *PLACES)):
        raise UsageError(
            f"{path}: is the descriptor of a data set; expected the experiment file, which names it under 'scenes' or"
            " 'images'; 'hsclass init' writes both"
        )
    return placed(config, path.parent)
