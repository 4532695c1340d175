"""The sources of the rules (规则原文): what they mean, kept as text and made into rules again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from builders import national
from gkflow.domain.errors import FilesAtFault
from gkflow.files.rule_changes import changes
from gkflow.files.rule_sources import RuleSources, fingerprint, read_sources
from gkflow.files.rulebook_files import kept_rulebook, read_law, read_profiles, read_rulebook
from slow_walks import slow_after

ROOT = Path(__file__).parents[2]
LAW = "config/law/ogi-regulations.yaml"
FLOW = "workflows/request.yaml"


def own(folder: Path, name: str, change: Callable[[str], str]) -> RuleSources:
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(change((ROOT / name).read_text(encoding="utf-8")), encoding="utf-8")
    return read_sources([ROOT, folder], "national")


@pytest.mark.parametrize("profile", slow_after(2, ["national", *sorted(read_profiles([ROOT]))]))
def test_kept_as_text_the_rules_of_every_profile_are_the_rules_that_the_files_say(profile: str) -> None:
    sources = read_sources([ROOT], profile)
    kept = RuleSources.from_text(sources.as_text())
    assert kept.edition == sources.edition
    book, said = kept_rulebook(kept, national()), read_rulebook([ROOT], national(), profile)
    assert book == replace(said, law=book.law)
    assert book.law.limits == said.law.limits
    assert book.law.instruments == said.law.instruments
    assert list(changes(sources, kept)) == []


def test_comments_quotes_and_the_order_of_a_law_change_neither_meaning_nor_edition(tmp_path: Path) -> None:
    plain = read_sources([ROOT], "national")
    for change in (
        lambda text: f"# 说明\n{text}",
        lambda text: text.replace("rank: regulation", "rank:  'regulation'"),
        lambda text: text.replace("rank: regulation\n", "").replace("\nlimits:", "\nrank: regulation\nlimits:"),
    ):
        assert own(tmp_path, LAW, change).edition == plain.edition
        assert fingerprint([ROOT, tmp_path]) != fingerprint([ROOT])


def test_the_order_of_a_workflow_means_something_and_is_reported_as_such(tmp_path: Path) -> None:
    plain = read_sources([ROOT], "national")

    def turned(text: str) -> str:
        head, _, tail = text.partition("\nlabel: ")
        label, _, rest = tail.partition("\n")
        return f"label: {label}\n{head}\n{rest}"

    other = own(tmp_path, FLOW, turned)
    assert other.edition != plain.edition
    assert [(each.name, each.what) for each in changes(plain, other)] == [("request", "order")]


def test_a_file_that_comes_and_one_that_goes_are_one_change_each(tmp_path: Path) -> None:
    plain = read_sources([ROOT], "national")
    name = "config/ladders/own.yaml"
    target = tmp_path / name
    target.parent.mkdir(parents=True)
    steps = (ROOT / "config/ladders/reply.yaml").read_text(encoding="utf-8").replace("ladder: reply", "ladder: own", 1)
    target.write_text(steps, encoding="utf-8")
    other = read_sources([ROOT, tmp_path], "national")
    (came,) = changes(plain, other)
    (went,) = changes(other, plain)
    assert (came.kind, came.name, came.old, came.file) == ("ladder", "own", None, target.as_posix())
    assert (went.kind, went.name, went.new) == ("ladder", "own", None)


def test_only_the_profile_in_use_belongs_to_the_rules(tmp_path: Path) -> None:
    plain = read_sources([ROOT], "national")
    name = "config/profiles/zhongshan.yaml"
    assert own(tmp_path, name, lambda text: text.replace("label: 中山", "label: 中山市", 1)).edition == plain.edition


def test_a_value_may_name_the_decree_that_gave_it_its_text(tmp_path: Path) -> None:
    said = (
        "        decree: {title: 国务院关于修改某条例的决定, number: 国务院令第999号, url: https://example.org/999}\n"
    )
    place = "        article: 第三十三条第二款\n        quote: 行政机关不能当场"
    own(tmp_path, LAW, lambda text: text.replace(place, said + place, 1))
    limit = read_law([ROOT, tmp_path]).limits["ogi-regulations/reply"]
    (citation,) = [value.citation for day, value in limit.values if str(day) == "2019-05-15"]
    assert str(citation) == (
        "《中华人民共和国政府信息公开条例》第三十三条第二款（《国务院关于修改某条例的决定》，国务院令第999号）"
    )
    assert citation.decree is not None
    assert citation.decree.url == "https://example.org/999"


def test_a_decree_without_title_and_number_is_a_fault(tmp_path: Path) -> None:
    place = "        article: 第三十三条第二款\n        quote: 行政机关不能当场"
    said = "        decree: {url: https://example.org}\n"
    own(tmp_path, LAW, lambda text: text.replace(place, said + place, 1))
    with pytest.raises(FilesAtFault, match="neither title nor number"):
        read_law([ROOT, tmp_path])


LADDER = "config/ladders/reply.yaml"
FIRST = "  - {at: -5, kind: remind, colour: yellow, tell: [officer], label: 提醒}\n"
ADDED = "  - {at: -3, kind: remind, colour: yellow, tell: [officer], label: 再次提醒}\n"


def test_a_step_that_comes_into_a_ladder_is_that_step_and_not_the_whole_ladder(tmp_path: Path) -> None:
    plain = read_sources([ROOT], "national")
    other = own(
        tmp_path, LADDER, lambda text: text.replace(FIRST, FIRST + ADDED).replace("at: 10, kind", "at: 12, kind")
    )

    came, went = list(changes(plain, other)), list(changes(other, plain))

    step = {"at": -3, "kind": "remind", "colour": "yellow", "tell": ["officer"], "label": "再次提醒"}
    assert [(each.what, each.old, each.new) for each in came] == [("steps.1", None, step), ("steps.6.at", 10, 12)]
    assert [(each.what, each.old, each.new) for each in went] == [("steps.1", step, None), ("steps.5.at", 12, 10)]
    lines = (tmp_path / LADDER).read_text(encoding="utf-8").splitlines(keepends=True)
    assert lines[came[0].line - 1] == ADDED
