"""A language is a value (语言): two can be spoken at the same time, and nothing is loaded anew."""

from __future__ import annotations

from threading import Thread

from gkflow.domain.sentences import said
from gkflow.words.language import CHINESE, ENGLISH, LANGUAGES, say, speak, speaking, spoken, translated


def test_a_sentence_is_said_from_its_pattern_with_what_it_holds() -> None:
    fault = said("SQLite {found} is older than {wanted}", found="3.30", wanted="3.35")
    assert CHINESE.text(fault) == "SQLite 3.30 太旧，至少要 3.35"
    assert ENGLISH.text(fault) == fault
    assert type(ENGLISH.text(fault)) is str


def test_a_text_that_is_no_sentence_stays_as_it_is() -> None:
    assert CHINESE.text("a text") == "a text"


def test_each_thread_speaks_its_own_language() -> None:
    heard: dict[str, str] = {}

    def listen(code: str) -> None:
        speak(LANGUAGES[code])
        heard[code] = translated(said("{name} is not supported", name="x"))

    threads = [Thread(target=listen, args=(code,)) for code in ("en", "zh")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {"en": "x is not supported", "zh": "不支持 x"}


def test_a_language_spoken_for_a_while_leaves_the_one_before() -> None:
    before = spoken()
    with speaking(ENGLISH):
        assert say("{name} is not supported", name="x") == "x is not supported"
    assert spoken() is before
