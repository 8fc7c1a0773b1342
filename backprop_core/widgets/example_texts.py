"""Tell a published example in texts: its facts, its table, what agrees and what went wrong."""

from collections.abc import Iterable, Sequence
from typing import Any

from backprop_core.published import Comparison, Published, WorkedExample
from backprop_core.published.mistakes import MISTAKES
from backprop_core.reading import plain_number
from backprop_core.situation import sample_text

__all__ = ["summary", "tell"]

MOST_PARAMETERS = 60  # so many weights and biases are listed


def tell(example: WorkedExample, compared: Sequence[Comparison | None]) -> dict[str, Any]:
    """What the page shows of an example; a comparison that is not there yet is None.

    Texts of an example are its author's: the page writes them as text, never as markup.
    """
    groups: dict[str, list[dict[str, Any]]] = {}
    for entry, comparison in zip(example.published, compared, strict=True):
        groups.setdefault(entry.quantity.phase, []).append(_row(entry, comparison))
    notes = _explanations(compared)
    if not example.train_biases:
        notes.append(
            "The updates here move the weights alone. The walkthrough below moves the biases too, "
            "so its last step arrives at another E."
        )
    return {
        "title": example.title,
        "citation": str(example.source),
        "facts": _facts(example),
        "groups": [{"name": name, "rows": rows} for name, rows in groups.items()],
        "mistaken": any(row["mistaken"] for rows in groups.values() for row in rows),
        "note": example.note,
        "notes": notes,
    }


def _row(entry: Published, comparison: Comparison | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": entry.quantity.name,
        "called": entry.called,
        "published": _digits(entry.printed, len(entry.printed)),
        "ours": None,
        "exactly": "",
        "mistaken": None,
        "verdict": "is being computed",
        "kind": "later",
        "note": entry.note,
    }
    if comparison is None:
        return row
    ours, mistaken = comparison.ours, comparison.mistaken
    same = len(entry.printed) if ours.agrees else ours.same
    row |= {
        "published": _digits(entry.printed, same),
        "ours": _digits(ours.text, len(ours.text) if ours.agrees else same),
        "exactly": "" if ours.agrees == "rounded" else plain_number(ours.value),
        "verdict": comparison.verdict,
        "kind": "same" if ours.agrees else "explained" if comparison.explained else "differs",
    }
    if mistaken is not None:
        same = len(mistaken.text) if mistaken.agrees else mistaken.same
        row["mistaken"] = _digits(mistaken.text, same)
    return row


def _digits(text: str, same: int) -> list[str]:
    """A number in three parts: digits that agree, digits from the first that differs, exponent."""
    digits, letter, power = text.partition("e" if "e" in text else "E")
    return [digits[:same], digits[same:], letter + power]


def _explanations(compared: Iterable[Comparison | None]) -> list[str]:
    """A sentence for each mistake: which numbers it explains, and what goes wrong."""
    explained: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for comparison in compared:
        if comparison is not None and comparison.explained:
            entry = comparison.published
            phases = explained.setdefault(entry.mistakes, {})
            phases.setdefault(entry.quantity.phase, []).append(entry.quantity.name)
    sentences = []
    for mistakes, phases in explained.items():
        names = []
        for phase, inside in phases.items():
            shown = inside if len(inside) <= 8 else [*inside[:7], f"{len(inside) - 7} more"]
            when = f" {phase[0].lower()}{phase[1:]}" if phase.startswith("After") else ""
            names.append(f"{_listed(shown)}{when}")
        words = ", and ".join(MISTAKES[name].words for name in mistakes)
        sentences.append(f"{'; '.join(names)}: the printed digits come out when {words}.")
    return sentences


def summary(compared: Sequence[Comparison | None]) -> str:
    """How many numbers agree."""
    found = [comparison for comparison in compared if comparison is not None]
    agree = sum(bool(c.ours.agrees) for c in found)
    rounded = sum(c.explained and c.published.mistakes == ("rounded-on-the-way",) for c in found)
    mistaken = sum(c.explained for c in found) - rounded
    others = len(found) - agree - rounded - mistaken
    counted = [
        (rounded, "was rounded on the way", "were rounded on the way"),
        (mistaken, "comes out with a mistake", "come out with a mistake"),
        (others, "differs, and nothing we know explains it", "differ, and we do not know why"),
        (len(compared) - len(found), "takes a moment more", "take a moment more"),
    ]
    parts = [f"{n} {one if n == 1 else many}" for n, one, many in counted if n]
    first = f"{agree} of the {len(compared)} printed numbers agree with ours."
    return f"{first} {_listed(parts)}." if parts else first


def _facts(example: WorkedExample) -> list[list[str]]:
    net, parameters = example.network, example.situation().parameters
    names = list(dict.fromkeys(activation.name for activation in net.activations))
    samples = [sample_text(x, t) for x, t in example.samples[:3]]
    if len(example.samples) > 3:
        samples.append(f"and {len(example.samples) - 3} more")
    facts = [
        ["Network", f"{'-'.join(map(str, net.sizes))}, {', '.join(names)}"],
        ["Sample" if len(example.samples) == 1 else "Samples", "; ".join(samples)],
        ["Learning rate", f"h = {plain_number(example.h)}"],
    ]
    if len(parameters) <= MOST_PARAMETERS:
        for what, kind in (("Weights", "weight"), ("Biases", "bias")):
            listed = [
                f"{p.name} = {plain_number(p.value)}"
                for slot, p in parameters.items()
                if slot.startswith(kind)
            ]
            facts.append([what, ", ".join(listed)])
    if not any(b.any() for b in net.biases):
        facts = [fact for fact in facts if fact[0] != "Biases"] + [["Biases", "none"]]
    return facts


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
