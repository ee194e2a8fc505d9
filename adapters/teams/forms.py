"""A Form -> the inputs of a card and the button that sends them."""

from datetime import date

from adapters.teams.heard import BLANK_PREFIX
from adapters.teams.words import Element, heading, line, run, size, small
from bot.domain.message import Blank, BlankKind, Form


def form_elements(form: Form, *, titled: bool, nonce: str, dialog: bool, room: int) -> tuple[list[Element], Element]:
    """The form's inputs, and its button. Long lists of choices become typed blanks where they would not fit."""
    typed: set[str] = set()
    for name in [None, *_by_length(form)]:
        typed |= {name} if name else set()
        inputs = [each for blank in form.blanks for each in _filled_in(blank, typed=blank.name in typed)]
        if size(inputs) <= room:
            break
    title = [heading(form.title)] if form.title and titled else []
    mend = [line(run(form.to_mend, color="Attention", weight="Bolder"))] if form.to_mend else []
    return title + mend + inputs, _submit(form, nonce=nonce, dialog=dialog)


def _by_length(form: Form) -> list[str]:
    """The blanks with choices, the longest list first."""
    return [blank.name for blank in sorted(form.blanks, key=lambda blank: -len(blank.choices)) if blank.choices]


def _submit(form: Form, *, nonce: str, dialog: bool) -> Element:
    data = {"line": form.line, "form": True} | ({"nonce": nonce} if nonce else {})
    submit: Element = {"type": "Action.Submit", "title": form.submit, "style": "positive", "data": data}
    return submit if dialog else submit | {"type": "Action.Execute", "verb": "say", "fallback": submit}


def _filled_in(blank: Blank, *, typed: bool) -> list[Element]:
    """One blank: what was wrong with it, the input, and its hint."""
    wrong = [line(run(f"{blank.label}: {blank.error}", color="Attention", weight="Bolder"))] if blank.error else []
    return [*wrong, _input(blank, typed=typed), *small(blank.hint)]


def _input(blank: Blank, *, typed: bool) -> Element:
    given: Element = {"id": f"{BLANK_PREFIX}{blank.name}", "label": blank.label}
    if blank.value:
        given["value"] = blank.value
    if blank.kind is BlankKind.YES_NO:
        # A required toggle would have to be on, so "no" could not be said.
        toggle = {"value": blank.value or "no", "title": "Yes", "valueOn": "yes", "valueOff": "no"}
        return {"type": "Input.Toggle"} | given | toggle
    if blank.required:
        given |= {"isRequired": True, "errorMessage": f"{blank.label}: fill this in."}
    if blank.kind is BlankKind.DATE and _is_day(blank.value):
        return {"type": "Input.Date"} | given
    if blank.choices and not typed:
        return _choices(blank, given)
    return _text(blank, given)


def _choices(blank: Blank, given: Element) -> Element:
    """A list to choose from, with type-ahead where it is long."""
    choices = [{"title": each.label, "value": each.value} for each in blank.choices]
    chosen = {"type": "Input.ChoiceSet"} | given | {"choices": choices}
    if blank.kind is BlankKind.CHOICES:
        return chosen | {"isMultiSelect": True}
    return chosen | {"style": "filtered" if len(choices) > 12 else "compact"}


def _text(blank: Blank, given: Element) -> Element:
    """A typed blank. A date that is no date comes back as text: the date picker would lose what was typed."""
    text = {"type": "Input.Text"} | given | {"maxLength": blank.longest}
    return text | {"isMultiline": True} if blank.kind is BlankKind.LONG_TEXT else text


def _is_day(value: str) -> bool:
    """True where the date picker can show it."""
    try:
        return not value or date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
