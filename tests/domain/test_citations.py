"""The order of citations (引用依据的次序): 法律, 行政法规, 国办文件, 部门, 省, 市县, 本机关."""

from __future__ import annotations

from itertools import permutations
from types import MappingProxyType

import pytest

from gkflow.domain.citations import RANKS, CitationOrder, citations_of
from gkflow.domain.law import Instrument, Law

LAW, REGULATION, DOCUMENT = "行政处罚法 第四十八条", "政府信息公开条例 第二十条", "国办发〔2016〕80号"
MINISTRY, PROVINCE, CITY = (
    "发改办财金〔2018〕424号（CF_CFLB）",
    "甘肃省实施意见（2016）第（六）项",
    "中山市实施方案 第三部分",
)
ORDER = CitationOrder(
    Law(
        MappingProxyType(
            {
                each.name: each
                for each in (
                    Instrument("law", "中华人民共和国行政处罚法", rank="law"),
                    Instrument("regulation", "中华人民共和国政府信息公开条例", rank="regulation"),
                    Instrument("document", "《意见》实施细则", "国办发〔2016〕80号", rank="document"),
                    Instrument("ministry", "关于完善公示工作的指导意见", "发改办财金〔2018〕424号", rank="ministry"),
                    Instrument("province", "甘肃省关于政务公开的意见", rank="province", also=("甘肃省实施意见",)),
                    Instrument("city", "中山市实施方案", rank="local"),
                )
            }
        ),
        MappingProxyType({}),
    )
)


def test_the_ranks_descend_from_the_law_to_the_office() -> None:
    assert (RANKS[0], RANKS[-1]) == ("law", "house")
    placed = [RANKS.index(rank) for rank in ("law", "regulation", "document", "ministry", "province", "local")]
    assert placed == sorted(placed)


@pytest.mark.parametrize("cited", list(permutations((LAW, REGULATION, DOCUMENT, MINISTRY, PROVINCE, CITY), 3)))
def test_the_nearer_text_never_stands_before_the_higher(cited: tuple[str, ...]) -> None:
    whole = (LAW, REGULATION, DOCUMENT, MINISTRY, PROVINCE, CITY)
    assert ORDER.in_order(cited) == tuple(sorted(cited, key=whole.index))


def test_equals_keep_their_places_and_what_nobody_knows_stays_behind_the_one_before() -> None:
    assert ORDER.in_order((f"{LAW}第二款", LAW)) == (f"{LAW}第二款", LAW)
    assert ORDER.in_order((CITY, LAW, "某通知")) == (LAW, "某通知", CITY)


def test_a_title_in_book_title_marks_is_known() -> None:
    assert ORDER.rank("《中华人民共和国政府信息公开条例》第三十三条") == "regulation"


def test_a_semicolon_inside_a_quotation_parts_nothing() -> None:
    assert citations_of("行政处罚法 第九条（甲；乙）; 国办发〔2016〕80号") == (
        "行政处罚法 第九条（甲；乙）",
        "国办发〔2016〕80号",
    )
