"""`results.json`: what the page says at its top and the rows of the tables, for programs."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from hsclass.report.answers import model_answers
from hsclass.report.collect import Results
from hsclass.report.csv_tables import as_records
from hsclass.report.delivered import assessment, final_card, final_folder
from hsclass.report.delivered_answers import answers_part
from hsclass.report.headline import differences, headline
from hsclass.report.table import SetResults, set_results


def figures_json(results: Results, tables: Mapping[str, pd.DataFrame | None]) -> str:
    """Return the text of `results.json`; `tables` by their names.

    `sets` has an entry for each scene or image set: the split, model and figures of the headline, None where no model
    is singled out, the models that it is not distinguishable from and those whose OA is higher on the test samples, and
    the sentences that limit what the figures hold for; under `delivered` the same of the delivered map, with its
    assessment. `accuracy`, `pooled`, `fields`, `optimism`, `ladder`, `learning` and `comparison` are the rows of the
    CSV files of these names.
    """
    experiment = results.experiment
    sets = []
    for each in set_results(results):
        head = headline(each)
        group = head.group
        apart = None if group is None else differences(each, group)
        figures = ("oa", "oa_low", "oa_high", "aa", "kappa", "macro_f1", "micro_f1", "calibration_ece")
        sets.append({
            "name": each.samples.name, "title": each.samples.title, "split": head.split,
            "leaky": each.leaky[head.split],
            "features": None if group is None else group.features, "model": None if group is None else group.model,
            "figures": {} if group is None else {name: _known(group[name]) for name in figures if name in group},
            "not_distinguishable_from": [] if apart is None else apart.label[apart.alike].tolist(),
            "higher_on_test": [] if apart is None else apart.label[~apart.alike & (apart.difference > 0)].tolist(),
            "warnings": [line.text for answer in model_answers(each).answers for line in answer.lines if line.warns],
            "map": None if group is None or each.samples.kind == "images" else str(each.of(group)[0].map_file),
            "delivered": _delivered(each),
        })  # fmt: skip
    content = {
        "experiment": experiment.experiment, "hsclass": experiment.hsclass, "samples": experiment.samples,
        "seeds": experiment.seeds, "sets": sets, **{name: as_records(table) for name, table in tables.items()},
    }  # fmt: skip
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _delivered(results: SetResults) -> dict[str, Any] | None:
    """Return what is known of the delivered map; None where the experiment makes none."""
    card, found = final_card(results), assessment(results)
    if card is None:
        return None
    figures = ("oa", "oa_low", "oa_high", "aa", "kappa")
    return {
        "model": card.choice.winner.name, "map": str(final_folder(results) / "map.tif"),
        "figures": {name: getattr(card.metrics, name) for name in figures},
        "outside": None if card.applicability is None else card.applicability.outside,
        "assessment": None if found is None else found.as_dict(),
        "warnings": [line.text for answer in answers_part(results).answers for line in answer.lines if line.warns],
    }  # fmt: skip


def _known(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
