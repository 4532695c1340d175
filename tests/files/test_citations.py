"""Citations of all rule files (规则文件中的依据): national before local, and every one of a known instrument."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gkflow.bootstrap import law_of
from gkflow.domain.calendar import WorkCalendar
from gkflow.domain.citations import CitationOrder, citations_of
from gkflow.domain.errors import FilesAtFault
from gkflow.files.citations import citations_in
from gkflow.files.form import check_files
from gkflow.files.nodes import Faults
from gkflow.files.rule_sources import KINDS, nodes_of
from gkflow.files.yaml_files import read_yaml

ROOT = Path(__file__).parents[2]
PLAIN_WEEKS = WorkCalendar(days_off=frozenset(), makeup_days=frozenset())
COVERAGE = ROOT / "docs" / "coverage.yaml"


def cited() -> list[tuple[str, tuple[str, ...]]]:
    faults = Faults()
    nodes = [node for kind in KINDS for _, node in nodes_of([ROOT], kind, faults)]
    coverage = read_yaml(COVERAGE, "docs/coverage.yaml", faults)
    assert coverage is not None
    assert not faults
    return [(f"{place.file}:{place.line}", parts) for node in (*nodes, coverage) for place, parts in citations_in(node)]


def test_every_citation_names_an_instrument_whose_rank_is_known() -> None:
    order = CitationOrder(law_of())
    found = cited()
    assert len(found) > 300
    assert [(place, part) for place, parts in found for part in parts if order.rank(part) is None] == []


def test_national_rules_are_cited_before_local_ones_everywhere() -> None:
    order = CitationOrder(law_of())
    assert [(place, parts) for place, parts in cited() if order.in_order(parts) != parts] == []


def test_the_workflows_in_use_cite_in_order_whatever_the_profile() -> None:
    from gkflow.bootstrap import rulebook
    from gkflow.files.rulebook_files import read_profiles

    order = CitationOrder(law_of())
    for name in read_profiles([ROOT]):
        for workflow in rulebook(None, name).workflows.values():
            texts = [workflow.cite, *(each.cite for each in (*workflow.actions.values(), *workflow.facts.values()))]
            for clock in workflow.clocks:
                texts.append("; ".join(lapse.cite for lapse in clock.lapse))
            for text in texts:
                assert order.in_order(citations_of(text)) == citations_of(text), (name, workflow.name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for kind in (*KINDS, "config/plans"):
        shutil.copytree(ROOT / kind, tmp_path / kind)
    return tmp_path


def test_a_local_rule_before_a_national_one_is_a_fault_with_its_line_and_what_to_write(folder: Path) -> None:
    path = folder / "workflows" / "interpretation.yaml"
    right = "政府信息公开条例 第十九条; 甘肃省关于全面推进政务公开工作的实施意见（2016）第（十一）项"
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, "; ".join(reversed(right.split("; ")))), encoding="utf-8")
    line = text[: text.index(right)].count("\n") + 1
    with pytest.raises(FilesAtFault) as caught:
        check_files([folder], PLAIN_WEEKS, "national", ())
    [fault] = caught.value.faults
    assert (fault.file, fault.line) == ("workflows/interpretation.yaml", line)
    assert fault.text.endswith(f"write: {right}")


def test_lapses_of_one_clock_are_compared_as_they_are_printed(folder: Path) -> None:
    path = folder / "workflows" / "supervision.yaml"
    text = path.read_text(encoding="utf-8")
    first = text.index("      - propose: criticise")
    end = text.index("      - propose: raise", first)
    last = "cite: 督办内部规定（示例）（退回后仍逾期，可升级督办单）\n"
    moved = text[:first] + text[end:].replace(last, last + text[first:end], 1)
    path.write_text(moved, encoding="utf-8")
    with pytest.raises(FilesAtFault, match="stands before what ranks above it"):
        check_files([folder], PLAIN_WEEKS, "national", ())


def test_an_office_whose_file_cites_otherwise_works_and_gkflow_check_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gkflow.checking import check_rules

    monkeypatch.setenv("GKFLOW_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "workflows" / "interpretation.yaml"
    mine.parent.mkdir(exist_ok=True)
    text = (ROOT / "workflows" / "interpretation.yaml").read_text(encoding="utf-8")
    right = "政府信息公开条例 第十九条; 甘肃省关于全面推进政务公开工作的实施意见（2016）第（十一）项"
    mine.write_text(text.replace(right, "; ".join(reversed(right.split("; ")))), encoding="utf-8")
    from gkflow.bootstrap import rulebook

    assert rulebook(tmp_path).workflows["interpretation"].actions
    with pytest.raises(FilesAtFault, match="stands before"):
        check_rules()


def test_a_title_inside_a_title_has_single_marks() -> None:
    """GB/T 15834: 书名号里还要用书名号时，外面一层用双书名号，里面一层用单书名号."""
    shown = [str(value.citation) for limit in law_of().limits.values() for _, value in limit.values if value]
    assert [text for text in shown if "《《" in text or "》》" in text] == []
    assert any("《〈" in text for text in shown)
