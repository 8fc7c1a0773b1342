"""Send many equations that differ in the numbers of their nodes alone as few templates."""

import re
from functools import lru_cache
from itertools import count

from backprop_core.equations import Equation, Term, meaning
from backprop_core.widgets.mathml import number_template, symbols_mathml

__all__ = ["Templates", "kind", "spell"]

_NUMBER = re.compile(r"(?<!\+)\d+")  # of a node; the 1 of (l+1) is none
_BARE = re.compile(r"_#")
_FIRST = 10_000  # stand-ins for node numbers: as long as each other, and longer than any of them
_STAND_IN = re.compile(r"(?<!\d)(?<!#x)1\d{4}(?!\d)")
_BELOW = re.compile("[₀-₉]+")  # a node's number in plain text
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")

# A term without its value and its numbers: LaTeX, role, ties, words.
_Kind = tuple[str, str, tuple[str, ...], str]


def spell(equation: Equation) -> dict[str, object]:
    """An equation as the page needs it: MathML of both of its lines, and what its terms mean."""
    terms = [term for term in equation.terms if isinstance(term, Term)]
    return {
        "symbols": symbols_mathml(equation),
        "numbers": number_template(equation) if terms else "",
        "names": [meaning(term) for term in (equation.result, *terms)],
    }


def kind(term: Term) -> str:
    """A term's LaTeX without the numbers of its nodes.

    Examples
    --------
    >>> kind(Term("w_{3,15}^{(l+1)}", 0.5))
    'w_{#,#}^{(l+1)}'
    """
    return _NUMBER.sub("#", term.latex)


class Templates:
    """A collection of templates that grows with the equations that are added.

    Attributes
    ----------
    spelled : list of dict
        As `spell`, but ``{0}``, ``{1}``, … stand where a node's number belongs.
    words : list of str
        Sentences with such places.

    Examples
    --------
    >>> templates = Templates()
    >>> [templates.add(Equation(Term(f"r_{{{n}}}", 0.5), (Term("h", 0.5),))) for n in (7, 16)]
    ['0 7', '0 16']
    """

    def __init__(self) -> None:
        self.spelled: list[dict[str, object]] = []
        self.words: list[str] = []
        self._sentences: dict[str, int] = {}
        self._places: dict[tuple[_Kind | str, ...], int] = {}
        self._terms: dict[tuple[str, str, tuple[str, ...]], tuple[_Kind, list[str]]] = {}

    def add(self, equation: Equation) -> str:
        """Place of the equation's template, and the numbers to put in, with spaces between."""
        pattern: list[_Kind | str] = []
        numbers: list[str] = []
        for part in (equation.result, *equation.terms):
            if isinstance(part, Term):
                bare, own = self._apart(part)
                pattern.append(bare)
                numbers += own
            else:
                pattern.append(part)
        key = tuple(pattern)
        place = self._places.setdefault(key, len(self._places))
        if place == len(self.spelled):
            self.spelled.append(_template(key))
        return " ".join((str(place), *numbers))

    def add_words(self, text: str) -> str:
        """The same for a sentence, in which the numbers of nodes stand as subscripts.

        Examples
        --------
        >>> templates = Templates()
        >>> templates.add_words("Will r₁₂ exceed r₃?"), templates.words
        ('0 12 3', ['Will r{0} exceed r{1}?'])
        """
        places = count()
        bare = _BELOW.sub(lambda _: f"{{{next(places)}}}", text)
        if bare not in self._sentences:
            self._sentences[bare] = len(self.words)
            self.words.append(bare)
        numbers = (found.translate(_SUBSCRIPTS) for found in _BELOW.findall(text))
        return " ".join((str(self._sentences[bare]), *numbers))

    def _apart(self, term: Term) -> tuple[_Kind, list[str]]:
        known = (term.latex, term.role, term.ties)
        if known not in self._terms:
            texts = (term.latex, *term.ties)
            latex, *ties = (_NUMBER.sub("#", text) for text in texts)
            bare = (latex, term.role, tuple(ties), term.words)
            self._terms[known] = bare, [n for text in texts for n in _NUMBER.findall(text)]
        return self._terms[known]


@lru_cache(maxsize=1024)
def _template(key: tuple[_Kind | str, ...]) -> dict[str, object]:
    stand_ins = count(_FIRST)

    def filled(text: str) -> str:
        # An index of several digits needs the braces that one of a single digit does without.
        return re.sub("#", lambda _: str(next(stand_ins)), _BARE.sub("_{#}", text))

    parts: list[Term | str] = []
    for part in key:
        if isinstance(part, str):
            parts.append(part)
        else:
            latex, role, ties, words = part
            parts.append(Term(filled(latex), 0.0, role, tuple(filled(t) for t in ties), words))
    result, *line = parts
    assert isinstance(result, Term)
    return _opened(spell(Equation(result, tuple(line))))


def _opened(told: dict[str, object]) -> dict[str, object]:
    """Placeholders in place of the stand-ins."""
    names = told["names"]
    assert isinstance(names, list)
    return {
        "symbols": _with_places(str(told["symbols"])),
        "numbers": _with_places(str(told["numbers"])),
        "names": [_with_places(name.translate(_SUBSCRIPTS)) for name in names],
    }


def _with_places(text: str) -> str:
    return _STAND_IN.sub(lambda m: f"{{{int(m[0]) - _FIRST}}}", text)
