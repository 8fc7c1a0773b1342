"""Judge a response to an exercise, and say what went wrong."""

from collections import Counter
from dataclasses import dataclass

from backprop_core.answers import read_answer
from backprop_core.diagnosis import Finding, diagnose
from backprop_core.exercises.exercise import Exercise
from backprop_core.exercises.products import finding_for
from backprop_core.reading import quoted

__all__ = ["Feedback", "check"]


@dataclass(frozen=True)
class Feedback:
    """What to say about a response.

    Attributes
    ----------
    status : {"right", "rounded", "convention", "wrong", "unread"}
        "rounded": right with too few digits; "convention": right where δ is ∂E/∂r; "unread": no
        response that can be judged, as `sentence` says.
    sentence : str
        The first thing to say.
    findings : tuple of Finding
        What to say next: the mistake, a hint, where it happens. Two mean: either the one or the
        other.
    """

    status: str
    sentence: str
    findings: tuple[Finding, ...] = ()


def check(exercise: Exercise, response: object) -> Feedback:
    """Judge a response.

    Parameters
    ----------
    exercise : Exercise
    response : object
        What somebody sent: a text with a number, a list of classes of edges, a list of keys in
        their order, or one key. Anything else is "unread".

    Examples
    --------
    >>> from backprop_core.exercises import exercise
    >>> check(exercise("path-edges", 7), ["edge-x1-f1"]).status
    'wrong'
    >>> check(exercise("error", 7), "a half").sentence
    'E is “a half”, but expected a number such as 0.25, 1/4 or 3·10⁻², without “a”.'
    """
    judge = {"number": _number, "edges": _edges, "order": _order, "choice": _choice}
    try:
        return judge[exercise.form](exercise, response)
    except ValueError as refusal:
        return Feedback("unread", str(refusal))


def _number(exercise: Exercise, response: object) -> Feedback:
    assert exercise.task
    name = exercise.task.name
    if not isinstance(response, str):
        raise ValueError(f"{name} is {quoted(response)}, but expected a number such as 0.25.")
    answer = read_answer(response, name)
    found = diagnose(exercise.task, answer.value, answer.digits)
    status = "wrong" if found.verdict in ("known", "unknown") else found.verdict
    return Feedback(status, found.sentence, found.findings)


def _edges(exercise: Exercise, response: object) -> Feedback:
    chosen = set(_keys(exercise, response, "edges"))
    if not chosen:
        raise ValueError("No edge is chosen, but expected one at least.")
    right = exercise.answer
    assert isinstance(right, tuple)
    missing = len(set(right) - chosen)
    wrong = [
        exercise.remarks[option.key]
        for option in exercise.options
        if option.key in chosen and option.key in exercise.remarks
    ]
    if not missing and not wrong:
        return Feedback("right", "Right: these edges, and no others.")
    counts = [f"{_edge_count(missing)} missing"] * bool(missing)
    counts += [f"{_edge_count(len(wrong))} too many"] * bool(wrong)
    where = "All those that you have chosen are right."
    if wrong:
        places = (f"{_edge_count(count)} {place}" for place, count in Counter(wrong).items())
        where = f"Too many: {'; '.join(places)}."
    return _wrong(f"Not yet: {' and '.join(counts)}.", Finding((), where, exercise.hint))


def _edge_count(count: int) -> str:
    return "1 edge" if count == 1 else f"{count} edges"


def _order(exercise: Exercise, response: object) -> Feedback:
    keys, right = _keys(exercise, response, "lines"), exercise.answer
    assert isinstance(right, tuple)
    if sorted(keys) != sorted(right):
        raise ValueError(
            f"The order is {quoted(', '.join(keys))}, but expected each of the "
            f"{len(right)} lines once."
        )
    place = next((n for n, key in enumerate(right) if keys[n] != key), None)
    if place is None:
        return Feedback("right", "Right: each line follows from the one before.")
    if not place:
        finding = Finding((), "Another line comes before this one.", exercise.hint)
        return _wrong("Not yet: these lines do not begin with that one.", finding)
    (expected,) = (option for option in exercise.options if option.key == right[place])
    return _wrong(
        f"Not yet: line {place + 1} does not follow from line {place}.",
        Finding(
            (),
            "Up to there all is well.",
            f"The move that comes next: {exercise.remarks[expected.key]}",
            lit=expected.lit,
        ),
    )


def _choice(exercise: Exercise, response: object) -> Feedback:
    (key,) = _keys(exercise, [response], "options")
    if key == exercise.answer:
        return Feedback("right", "Right.")
    if key in exercise.remarks:
        sentence = "Not yet: in this one something went wrong."
        return _wrong(sentence, finding_for(exercise, key))
    finding = Finding((), "Along its slope E falls at first, but not for ever.", exercise.hint)
    return _wrong("Not yet: an update says otherwise.", finding)


def _wrong(sentence: str, finding: Finding) -> Feedback:
    return Feedback("wrong", sentence, (finding,))


def _keys(exercise: Exercise, response: object, what: str) -> list[str]:
    """The keys of a response: ValueError unless each is one of the exercise's options."""
    known = {option.key for option in exercise.options}
    if not isinstance(response, list | tuple):
        raise ValueError(f"The answer is {quoted(response)}, but expected a list of {what}.")
    for key in response:
        if not isinstance(key, str) or key not in known:
            raise ValueError(f"The answer has {quoted(key)}, but expected one of the {what}.")
    return list(response)
