"""Sections of files have Chinese names in messages (节的名称), and keys keep theirs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from files.test_schemas import models_of
from gkflow.files.kinds.model import Around
from gkflow.files.nouns import NOUNS
from gkflow.files.schemas import KINDS
from gkflow.words.language import CHINESE


def sections() -> Iterator[tuple[str, str, str]]:
    """Every section of every kind of file: the kind, its key, and what a message calls it."""
    for kind in KINDS.values():
        for model in models_of(kind):
            for key, field in model.model_fields.items():
                for around in field.metadata:
                    if isinstance(around, Around):
                        words = {around.noun, around.titled, around.called.removesuffix(" of")} - {""}
                        yield from ((kind.name, key, word) for word in words)


@pytest.mark.parametrize(("kind", "key", "word"), sorted(set(sections())))
def test_what_a_message_calls_a_section_is_chinese_or_the_key_that_people_write(
    kind: str, key: str, word: str
) -> None:  # fmt: skip
    if word in NOUNS:
        assert CHINESE.text(NOUNS[word]) != word
    else:
        assert word.strip("[]:") == key
