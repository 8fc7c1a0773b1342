"""The list of mistakes has each of them once, with what comes of it on a network."""

import re

import pytest

from backprop_core.diagnosis import CATALOGUE, diagnose
from backprop_core.diagnosis.catalogue import GROUPS
from backprop_core.diagnosis.examples import DIGITS, Example, examples
from backprop_core.widgets import classic_mistakes
from tests.prose import copied


def test_each_mistake_has_an_example() -> None:
    assert [example.mistake for example in examples()] == list(CATALOGUE)
    assert [mistake for group in GROUPS.values() for mistake in group] == list(CATALOGUE)


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.mistake.key)
def test_the_number_of_an_example_is_what_the_mistake_leads_to(example: Example) -> None:
    found = diagnose(example.task, example.value, f"{example.value:.{DIGITS}g}")
    if example.mistake.key == "other-convention":
        assert found.verdict == "convention"
    elif found.findings:
        named = {key for finding in found.findings for key in finding.mistakes}
        assert example.mistake.key in named or example.mistake.rounds
    else:
        pytest.fail(f"{example.value} is {found.verdict}: {found.sentence}")


def test_the_list_shows_all_of_them() -> None:
    html = classic_mistakes().data
    assert html.count("<li>") == len(CATALOGUE)
    assert html.count("<math") == html.count('class="bp-line"')
    assert html.count("is-slip") > len(CATALOGUE) / 2
    assert not re.search(r"[{}]", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))


def test_they_are_told_in_our_own_words() -> None:
    told = [f"{example.clause}. {example.finding.hint}" for example in examples()]
    assert not [text for text in told if copied(text)]
