"""Copying an office to another database (迁移数据库)."""

from __future__ import annotations

from collections.abc import Sequence

from gkflow.domain.errors import Unfit
from gkflow.domain.sentences import said


class CopyDiffers(Unfit):
    code = "copy_differs"
    sentence = said(
        "the copy does not equal its source in {tables}: nothing was written; keep the source in use, and report this"
    )

    tables: Sequence[str]


class CopyHere(Unfit):
    code = "copy_here"
    sentence = said("{place}: source and target are the same tables; name another database, prefix or schema")

    place: str


class CopyIsLater(Unfit):
    code = "copy_is_later"
    sentence = said(
        "the target {place} has what the source does not have ({what}): it is a later copy of the same office; "
        "nothing was written"
    )

    place: str
    what: str


class CopyOfAnother(Unfit):
    code = "copy_of_another"
    sentence = said("the target {place} is the copy of another office ({what}): nothing was written")

    place: str
    what: str


class CopySourceEmpty(Unfit):
    code = "copy_source_empty"
    sentence = said("{place} holds no office to copy: correct the address, the prefix or the schema")

    place: str


class CopyTargetTaken(Unfit):
    code = "copy_target_taken"
    sentence = said(
        "the target {place} holds an office of its own: nothing was written; name an empty database, another prefix "
        "or another schema"
    )

    place: str


class CopyTargetUsed(Unfit):
    code = "copy_target_used"
    sentence = said(
        "the target {place} has been worked in since it was copied: nothing was written, and to copy again would "
        "undo that work; name an empty database, another prefix or another schema"
    )

    place: str


class CopyValue(Unfit):
    code = "copy_value"
    sentence = said("{place}, table {table}, row {row}, column {column}: {reason}; nothing was written")

    place: str
    table: str
    row: str
    column: str
    reason: str
