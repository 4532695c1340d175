"""What a column file holds (列对照): the headings and words of another system's register; see ``gkflow import``."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Tag

from gkflow.files.kinds.model import WAY, FileModel, key
from gkflow.files.kinds.sections import Conditions, Texts, named, pairs, sections
from gkflow.files.kinds.values import Anything, Text, whole


class SplitKeys(FileModel):
    """A column that goes to one of two facts (分列)."""

    when: Conditions = key("条件", "one fact and its values")
    then: Text = key("符合时", "the fact to fill where it has one of them")
    otherwise: Text = key("不符合时", "the fact to fill where it has not", alias="else")


_TEXTS, _SPLIT = WAY + "texts", WAY + "split"


def _way(value: Any) -> str:
    return _SPLIT if isinstance(value, Mapping) else _TEXTS


_Column = Annotated[
    Annotated[list[Text], sections(), Tag(_TEXTS)] | Annotated[SplitKeys, Tag(_SPLIT)],
    Discriminator(_way),
]
_Words = Annotated[dict[str, Annotated[dict[str, Anything], pairs()]], pairs()]


class ColumnsFile(FileModel):
    """What headings and words of another system's register mean (列对照)."""

    heading: Annotated[int, whole(1)] = key("表头行", "the row of the headings", 1)
    columns: Annotated[dict[str, _Column], named("columns:")] = key(
        "各列", "each heading with our column or fact, or several of them", {}
    )
    constants: Annotated[dict[str, Anything], pairs()] = key(
        "固定值", "our columns and facts that are the same in every row", {}
    )
    values: _Words = key("取值对照", "by our column or fact, each word of the file with ours", {})
    ignore: Texts = key("忽略的列", "headings to leave out; every other one is kept as a remark", [])
