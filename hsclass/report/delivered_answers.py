"""The top of the page: four answers about the delivered map, or where there is none about the model of the headline."""

from collections.abc import Iterator

from hsclass.assess.design import Assessment
from hsclass.assess.design.text import basis
from hsclass.report.answers import Answer, Answers, Line, about_model, few_of, limits_of_labels, model_answers
from hsclass.report.assessment import area_interval, written_area
from hsclass.report.collect import SceneResult
from hsclass.report.delivered import SUGGESTIONS, assessment, final_card, final_folder, places, winner
from hsclass.report.table import SetResults
from hsclass.report.text import between, count, fields_in_words, number, percent
from hsclass.results.final import FinalCard

_LARGEST = 3  # classes whose areas stand at the top


def answers_part(results: SetResults) -> Answers:
    """Answer which map, how good, why believe it, and where not: of the delivered map where there is one."""
    card = final_card(results)
    return model_answers(results) if card is None else _delivered_answers(results, card)


def models_part(results: SetResults) -> Answers | None:
    """Answer for the model of the headline where the top of the page is about the delivered map; else None."""
    return None if final_card(results) is None else model_answers(results)


def _delivered_answers(results: SetResults, card: FinalCard) -> Answers:
    found = assessment(results)
    folder, label = final_folder(results), winner(card)
    links = (("map.tif", folder / "map.tif"), ("model card", folder / ("assessed_card.html" if found else "card.html")))
    which = Answer("Which map?", label, tuple(_which(card)), links=links)
    places_file = (("places to label next", folder / SUGGESTIONS),) if places(results) else ()
    applies = card.applicability
    share = None if applies is None else applies.outside
    where_not = Answer(
        "Where not?", "not known" if share is None else f"{percent(share)} outside",
        tuple(_where_not(results, card)), "safe" if share == 0 else "leaky", places_file,
    )  # fmt: skip
    made = f"The delivered map was made by {label}, trained with all {count(card.n_labelled)} labelled pixels"
    if found is None:
        figures = card.metrics
        sentence = (
            f"{made}. A model chosen and trained like it reaches OA {number(figures.oa, 2)} {_held_out(card)}"
            f" (95 % interval {between(figures.oa_low, figures.oa_high, 2)})."
        )
        return Answers(sentence, (which, _good(card), _why(card), where_not))
    missing = ", if labels are missing at random" if found.missing else ""
    sentence = (
        f"{made}. A probability sample of it gives a design-based OA of {number(found.oa.value, 2)}"
        f" (95 % interval {between(found.oa.low, found.oa.high, 2)}){missing}."
    )
    return Answers(sentence, (which, _assessed(card, found), _sampled(found), where_not))


def _held_out(card: FinalCard) -> str:
    return "in fields without training pixels" if card.whole_fields else f"in the held-out folds of {card.sampler}"


def _which(card: FinalCard) -> Iterator[Line]:
    yield from about_model(card.choice.winner.model)
    epochs = f" for {card.choice.epochs} epochs" if card.choice.epochs else ""
    yield Line(f"Trained with all {count(card.n_labelled)} labelled pixels{epochs}.")
    if len(card.choice.candidates) > 1:
        same = card.fold_choices.count(card.choice.winner.name)
        yield Line(
            f"Chosen among {len(card.choice.candidates)} candidates by {card.choice.metric.upper()} inside the training"
            f" pixels; {same} of {card.folds} folds chose it, too."
        )


def _good(card: FinalCard) -> Answer:
    figures, behind = card.metrics, card.metrics.interval
    lines = [
        Line(f"OA {_held_out(card)}, of the procedure that made the map, trained with"
             f" {card.trained_in_folds} in each fold and tested on others;"
             f" 95 % interval {between(figures.oa_low, figures.oa_high, 2)}."),
        Line(f"AA {number(figures.aa, 2)}, kappa {number(figures.kappa, 2)}."),
        *_expected(card),
    ]  # fmt: skip
    if behind.fields is not None:
        fields = fields_in_words(behind.fields, behind.effective_fields, behind.runs)
        lines.append(Line(f"{fields}.", warns=not behind.reliable))
    return Answer("How good?", number(figures.oa, 2), tuple(lines), "safe")


def _expected(card: FinalCard) -> Iterator[Line]:
    if card.applicability is not None and card.applicability.expected_accuracy is not None:
        expected = number(card.applicability.expected_accuracy, 2)
        yield Line(
            "If pixels inside the area of applicability are right as often as labelled pixels at the same"
            f" dissimilarity, their mean accuracy is {expected}."
        )


def _assessed(card: FinalCard, found: Assessment) -> Answer:
    figures = card.metrics
    largest = sorted(found.classes, key=lambda entry: -entry.area.value)[:_LARGEST]
    areas = "; ".join(
        f"{entry.name} {written_area(entry.area.value)} {found.unit} ({area_interval(entry.area)})" for entry in largest
    )
    lines = (
        Line(f"OA of the whole map, estimated from the sample, 95 % interval"
             f" {between(found.oa.low, found.oa.high, 2)}."),
        Line(f"Largest areas: {areas}."),
        Line(f"Nested cross-validation, {_held_out(card)}: OA {number(figures.oa, 2)}"
             f" ({between(figures.oa_low, figures.oa_high, 2)})."),
    )  # fmt: skip
    return Answer("How good?", number(found.oa.value, 2), lines, "safe", (("all classes and areas", "#assessed"),))


def _sampled(found: Assessment) -> Answer:
    lines = (
        Line(basis(found)),
        Line(f"Design: {found.design}."),
        *(Line(f"{note[0].upper()}{note[1:]}.", warns=True) for note in found.notes),
    )  # fmt: skip
    return Answer("Why believe it?", f"{count(found.n)} sample points", lines, "safe")


def _why(card: FinalCard) -> Answer:
    figures = card.metrics
    apart = "which share no field with it" if card.whole_fields else f"as {card.sampler} deals them"
    lines = (
        Line(f"Each of {count(figures.n_test)} labelled pixels is tested once, by a model trained on the other"
             f" folds, {apart}."),
        Line(f"Windows of {card.window} × {card.window} pixels are kept apart."),
        Line("No test pixel has a part in the choice of the model."),
    )  # fmt: skip
    return Answer("Why believe it?", f"{card.folds} folds", lines, "safe")


def _where_not(results: SetResults, card: FinalCard) -> Iterator[Line]:
    found = assessment(results)
    if card.applicability is None:
        yield Line("The area of applicability is not known.", warns=True)
    else:
        known = "its accuracy unknown" if found is None else "the accuracy of the whole map says little about it"
        outside = f"the area of applicability: there the map is unlike its training pixels, and {known}."
        yield Line(outside, warns=bool(card.applicability.outside))
    if found is not None:
        zero = [entry.name for entry in found.classes if 0 in {entry.users.value, entry.producers.value}]
    else:
        zero = [each.name for each in card.metrics.classes if each.support and not each.producers_accuracy]
    if zero:
        yield Line(f"Accuracy 0: {few_of(zero)}.", warns=True)
    if found is not None:
        return
    if card.untrained:
        yield Line(
            f"{count(card.untrained)} tested pixels are of classes with too few fields to be trained elsewhere; they"
            " count as errors.",
            warns=True,
        )
    if isinstance(results.samples, SceneResult):
        yield from limits_of_labels(results.samples)
    yield Line("Labelled pixels are no probability sample: draw one (hsclass sample) for unbiased class areas.")
