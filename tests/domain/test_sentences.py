"""Sentences know how they were made (句子): English for whoever reads the text, pattern and fields for a catalogue."""

from __future__ import annotations

import copy
import pickle
from dataclasses import asdict

import pytest

from gkflow.domain.errors import Fault, fill
from gkflow.domain.sentences import Sentence, said, said_as


def test_a_sentence_reads_as_its_english() -> None:
    sentence = said("{key} must be {wanted}, not {found}", key="lang", wanted=said("a text"), found=5)
    assert sentence == "lang must be a text, not 5"
    assert f"{sentence}!" == "lang must be a text, not 5!"
    assert str(Fault("x.yaml", 3, sentence)) == "x.yaml:3  lang must be a text, not 5"


def test_a_list_is_joined_and_a_word_is_not_taken_apart() -> None:
    assert said("there are: {names}", names=("a", "b")) == "there are: a, b"
    assert said("there are: {names}", names="ab") == "there are: ab"


def test_a_sentence_without_fields_stays_as_it_is_braces_and_all() -> None:
    assert said("title may hold {year}, nothing else") == "title may hold {year}, nothing else"


def test_what_is_put_in_is_never_read_as_a_pattern() -> None:
    assert said("no file {file}", file="{key}.csv") == "no file {key}.csv"


def test_a_sentence_survives_being_copied_sent_and_taken_into_a_mapping() -> None:
    sentence = said_as("unit", "{count} day", count=1)
    for again in (
        pickle.loads(pickle.dumps(sentence)),
        copy.deepcopy(sentence),
        asdict(Fault("f", 1, sentence))["text"],
    ):
        assert isinstance(again, Sentence)
        assert (again, again.pattern, again.fields, again.context) == (sentence, "{count} day", {"count": 1}, "unit")


@pytest.mark.parametrize(("n", "text"), [(0, "0 cases are open"), (1, "1 case is open"), (2, "2 cases are open")])
def test_a_number_chooses_the_word_that_follows(n: int, text: str) -> None:
    assert said("{n} {n:case|cases} {n:is|are} open", n=n) == text
    assert fill("{n} {n:case|cases} {n:is|are} open", {"n": n}) == text


def test_a_missing_number_is_a_question_mark_and_its_word_the_plural() -> None:
    assert fill("{n} {n:case|cases}", {}) == "? cases"
