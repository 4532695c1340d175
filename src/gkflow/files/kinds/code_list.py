"""What a code list holds (代码表): ``config/lists/NAME.yaml``."""

from typing import Annotated

from gkflow.files.kinds.model import FileModel, key
from gkflow.files.kinds.sections import named, short
from gkflow.files.kinds.values import NumberOrNone, Text, TextOrEmpty


class ItemKeys(FileModel):
    """One item of a list (一项); a text stands for its label."""

    label: Text = key("名称", "what the item is called")
    cite: TextOrEmpty = key("依据", "the instrument or example that it was taken from", "")
    points: NumberOrNone = key("分值", "the points that it is worth in an assessment", None)


class ListFile(FileModel):
    """A list of codes with their labels (代码表)."""

    list: Text = key("代码表代码", "the name of the list, which is the file's")
    label: Text = key("名称", "what the list is called")
    cite: TextOrEmpty = key("依据", "the instrument that the list was taken from", "")
    items: Annotated[dict[str, Annotated[ItemKeys, short("label")]], named("item")] = key(
        "各项", "the items by code, in their order"
    )
