"""What a profile holds (地方规则): ``config/profiles/NAME.yaml``."""

from typing import Annotated

from gkflow.domain.sentences import said
from gkflow.files.kinds.model import FileModel, key
from gkflow.files.kinds.sections import Picks, Texts, named, pairs
from gkflow.files.kinds.values import Text, TextOrEmpty, text_as, whole


class UnitKeys(FileModel):
    """An office of a place (机关)."""

    label: Text = key("名称", "what the unit is called")
    level: TextOrEmpty = key("层级", "its level: municipal, department, town, …", "")
    batch: Annotated[int, whole(0)] = key("批次", "the batch of a plan that it belongs to; 0 for none", 0)
    fields: Texts = key("领域", "the fields that it owns, as config/lists/fields.yaml names them", [])
    region: TextOrEmpty = key("行政区划代码", "six figures (GB/T 2260): where its days off are settled", "")


class ProfileFile(FileModel):
    """The local settings of a place (地方规则)."""

    profile: Text = key("地方代码", "the name of the profile, which is the file's")
    label: Text = key("名称", "what the place is called")
    cite: TextOrEmpty = key("依据", "the local instrument", "")
    limits: Annotated[dict[str, Annotated[str, text_as(said("the name of a limit"))]], pairs("limit")] = key(
        "更严的期限", "a limit and the stricter local one that takes its place", {}
    )
    ladders: Annotated[dict[str, Annotated[str, text_as(said("a name"))]], pairs()] = key(
        "预警与督办", "a ladder and the one that takes its place", {}
    )
    readings: Picks = key("口径", "by workflow, the readings that the place has chosen", {})
    duties: Texts = key("周期职责", "the recurring duties that it takes on", [])
    plan: TextOrEmpty = key("方案", "its plan, a file in config/plans/", "")
    units: Annotated[dict[str, UnitKeys], named("unit")] = key("机关", "the units of the place, by code", {})
