"""
What gkflow objects to (错误).

An error carries facts; a door (command line, page, portal) chooses the words and the language. The English
sentence of each code is what a log or a traceback shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


class GkflowError(Exception):
    """
    An objection with a code and its facts (异议).

    ``code`` names the sentence, ``facts`` fill it; ``exit_code`` is what a command line returns.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, code: str, /, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts: dict[str, Any] = facts

    def __str__(self) -> str:
        cite = self.facts.get("cite")
        possible = self.facts.get("possible")
        more = {"cited": f" ({cite})" if cite else "", "possible": f"; {possible}" if possible else ""}
        if "counted_in" in self.facts:
            more["counted_in"] = str(self.facts["counted_in"]).replace("_", " ")
        return fill(SENTENCES.get(self.code, self.code), {**self.facts, **more})


class Refused(GkflowError):
    """What was asked is against a rule of the workflow, the law or the record (不予办理)."""


class NotFound(GkflowError):
    """A case, workflow, action, clock or file of that name does not exist (未找到)."""


class Conflict(GkflowError):
    """Somebody else was faster, or a key was used for something else (冲突)."""


class Unfit(GkflowError):
    """The installation cannot be worked with as it is: settings, schema, clock of the machine (环境不符)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a data file (规则文件错误), with its place."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}  {self.text}" if self.line else f"{self.file}  {self.text}"


class FilesAtFault(GkflowError):
    """The data files have faults; all of them are reported at once (规则文件有误)."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("files_at_fault", count=len(faults))
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class ExaminedAtFault(FilesAtFault):
    """The file that was to be looked at has faults: that is what was asked, a finding and no wrong use (检查结果)."""

    exit_code = 1


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def fill(sentence: str, facts: dict[str, Any]) -> str:
    """Put the facts into a sentence; an absent fact reads as a question mark, lists are joined."""
    told = _Facts()
    for key, value in facts.items():
        told[key] = ", ".join(map(str, value)) if isinstance(value, (list, tuple, set, frozenset)) else value
    return sentence.format_map(told)


SENTENCES: dict[str, str] = {
    "account_unbound": "the account {account} is bound to nobody, so it may not act (by {by}); an administrator adds "
    "it to [accounts] in gkflow.toml",
    "action_not_allowed": 'case {case}: action "{action}" is not allowed in state "{state}"{cited}; allowed: {allowed}',
    "approver_wrong": "{action}: {by} may not approve it; that takes one of the roles {roles} ({cite})",
    "bad_calendar": "calendar: {reason}",
    "bad_day": '"{value}" is no day; write it as 2026-11-22',
    "bad_fact": "{action}: {fact} = {value!r} is not accepted: {rule}{cited}",
    "bad_moment": '"{value}" is no day or moment; write 2026-11-22 or 2026-11-22T09:00+08:00',
    "bad_now": "{variable}={value}: write a day (2026-11-22), a moment (2026-11-22T09:00) or days from now (+400d)",
    "made_up_clock": "{variable}={value} is for demonstrations; the daemon runs by the machine's clock: unset it",
    "address_missing": "channel {channel} needs an address",
    "address_is_local": "{channel}: the address points to this machine or its link; [webhook] allow_local = true in "
    "gkflow.toml allows it",
    "chat_address_wrong": "{channel} needs an apprise address such as wecombot://key",
    "mail_address_wrong": "{channel} needs exactly one mail address such as name@example.gov.cn",
    "web_address_wrong": "{channel} needs a web address such as https://example.gov.cn/notify",
    "already_left": "the subscription has ended already",
    "before_origin": "case {case}: {day} lies before {first}, when case {origin} that it comes from began",
    "before_first": "case {case}: {day} lies before its first entry of {first}",
    "case_ended": 'case {case} has ended ({state}); "{action}" can no longer be entered; allowed: {allowed}',
    "case_misfiled": "case {case} was received by mistake (misfiled): it has no limit",
    "case_exists": "case {case} is there already; give another number",
    "busy": "the database broke the call off: somebody else was writing. Nothing was written; try again ({reason})",
    "calendar_lost": "the adopted calendar or rules are missing from {place}, though a record rests on them: look "
    "with gkflow verify, then restore a backup",
    "clock_ahead": "the machine's clock says {now}, the last thing written was {last}: set the clock right, "
    "or confirm with gkflow sweep when nothing ran in between",
    "correction_unknown_entry": "correct_entry: case {case} has no entry {seq}",
    "correction_before_entry": "correct_entry: {day} lies before {first}, the day of entry {seq} of case {case}; "
    "a correction is entered on the day on which it is made",
    "correction_of_voided": "correct_entry: entry {seq} of case {case} was voided by entry {by}; void that one first",
    "first_not_voided": "case {case}: the first entry opens the case and is not voided; correct its day or facts, or "
    "enter misfile where the receipt itself was a mistake",
    "correction_wants_reason": "correct_entry: name the entry (seq), what is corrected and the reason",
    "database_lost": "the connection to the database {place} was cut: {reason}. Unless the call had ended, nothing was "
    "written; call again",
    "database_unreachable": "the database {place} cannot be reached: {reason}",
    "day_far": "{day} lies far from today ({today}): is the year right?",
    "day_far_unsure": "{day} lies far from today ({today}): is the year right? If it is, add --yes",
    "day_to_come": "{day} is still to come (today is {today}): an entry tells what happened",
    "extension_late": "{action}: told on {day}, but the last day was {last}; it must be told by then ({cite})",
    "extension_no_clock": "{action}: clock {clock} has no last day now ({status}); nothing to extend ({cite})",
    "extension_second": "{action}: extended once already on {first}; the law gives one extension ({cite})",
    "extension_too_long": "{action}: {days} {counted_in}s, 1 to {most} are lawful ({cite})",
    "extension_unapproved": "{action}: not approved by the head of the disclosure office ({cite})",
    "facts_missing": "{action} needs: {facts} ({cite}){possible}",
    "fact_before_case": "{action}: {facts} = {day} lies before {first}, the first day of the case; "
    "check the day, or give the case its true first day",
    "fact_before_entry": "{action}: {facts} = {day} lies before {first}, the day of the entry itself; check the day",
    "fact_moved": "{action}: {facts} is on record as {was} and cannot become {now} here; "
    "use correct_entry where the record is wrong{cited}",
    "fact_to_come": "{action}: {facts} = {day} is later than {last}; an entry tells what has happened by its own day",
    "fact_kind": "{action}: {fact} cannot be a value of type {kind}: give a text, a number, true or false, a day or a "
    "moment",
    "fact_twice": "the fact {fact} is given twice, with different values",
    "facts_no_mapping": "facts must be a mapping of names to values, not of type {kind}",
    "facts_out_of_order": "{action}: {facts}: the second, {day}, lies before the first, {first}; check both days",
    "files_at_fault": "{count} faults in the data files; run: gkflow check",
    "forked": "this office was opened in process {there} and is used in process {here}: connections cannot be shared "
    "across a fork; open the office in each process, after the fork",
    "key_reused": 'the idempotency key "{key}" was used for something else (case {case}, entry {seq})',
    "later_than_now": "{moment} lies in the future; use --simulate, which writes nothing",
    "moment_missing": "{action}: the limit runs in hours, but no moment is on record",
    "may_not_act_for": "the account {account} acts as {person}, who may not act for {by}; allowed: {allowed} (acts_for "
    "of [[people]] in gkflow.toml)",
    "no_answer_to": "{action}: no consultation with ref {ref!r} is open",
    "no_clocks": "case {case} has no limit: no clock has started",
    "no_draft": "there is no draft {id}",
    "no_subscription": "no subscription has the token {token}",
    "nothing_adopted": "the office has adopted neither calendar nor rules yet; run: gkflow init",
    "no_term": '{action} rests on the lapse of the term "{clock}", which has not run out: it never began, or something '
    "else ended it{cited}",
    "not_a_text": "{name} must be a text, not of type {kind}",
    "nothing_to_draw": "no case of {workflow} was received from {since} to {until}: nothing to draw from",
    "no_seals": "{file} holds no seal: nothing was compared; name the file of seals that was kept elsewhere",
    "no_seal": "{file}: line {line} is no seal: neither a line of a file of seals nor a number and a hash",
    "no_office": "no office here: {place}; run: gkflow init",
    "not_owner": "{action}: field {field} belongs to {owner}, not to {unit} ({cite})",
    "origin_unknown": 'case {case}: there is no case "{origin}" that it could come from{mean}',
    "other_profile": "the office in {place} works by profile {found}, not {wanted}; set it in gkflow.toml",
    "notice_at_fault": "{sentence}: {reason}",
    "too_many_rows": "xlsx holds {most} rows at most; write csv",
    "published_to_come": "published on {day}? today is {today}",
    "calendar_file_exists": "a calendar file {name} is there already; give this one another name",
    "no_text": "{file}: not in {tried}; save it as text in UTF-8",
    "published_missing": "the notice for {year} bears no date: say when it was published (--published)",
    "ref_taken": "{action}: a consultation with ref {ref!r} is open already; give another ref",
    "known_row_changed": "entry {seq} of case {case} has other facts; the row was not taken (use correct_entry)",
    "not_yet_recorded": "nothing of case {case} was on record by {moment}",
    "not_opened": 'case {case}: "{action}" comes before its first entry; a case opens with "{first}"',
    "row_wants": "{column} is empty",
    "role_missing": "{by} may not {action}: it needs one of the roles {roles}",
    "schema_version": "the database has schema {found}, this gkflow needs {wanted}; run: {mend}",
    "settings": "{file}: {reason}",
    "stale": "case {case} has moved on meanwhile (entry {seq} is taken); read it again",
    "term_too_long": "{action}: {until} = {day}, but {last} is the last day allowed ({cite})",
    "term_too_short": "{action}: {until} = {day}, but {last} is the earliest allowed; "
    "name a later day{unless} ({cite})",
    "too_early": "{action}: not before the day after {last} ({cite})",
    "unit_mix": "an extension in {extension} cannot be added to a limit in {unit}",
    "unknown_edition": "no edition of the rules begins with {edition!r}, or more than one; there are: {editions}",
    "unknown_action": 'workflow {workflow} has no action "{action}"{mean}',
    "unknown_case": 'no case "{case}"{mean}',
    "unknown_channel": "channel {channel} is not set up; there are: {channels}",
    "unknown_clock": 'case {case} has no clock "{clock}"; it has: {clocks}',
    "unknown_fact": '{action}: unknown fact "{fact}"{mean}',
    "unknown_limit": 'no limit "{limit}"{mean}',
    "unknown_person": "{person} is not among the people of the settings{mean}; there are: {people}",
    "unknown_state": 'no state "{state}"{mean}',
    "unknown_unit": 'no unit "{unit}"{mean}; there are: {units}',
    "unknown_workflow": 'no workflow "{workflow}"{mean}',
    "unreadable": "{file}: {reason}",
    "columns_missing": "{file}: no column {columns}; it has: {found}",
    "columns_twice": "{file}: column {columns} stands there twice",
    "no_file": "no file {file}",
    "bad_database_url": "the database address cannot be read; write sqlite:///gkflow.db or "
    "postgresql+psycopg://user@host/name, with @ : / in a password as %40 %3A %2F (database.url)",
    "backup_elsewhere": "the record is in {place}, which has its own tools: pg_dump --format=custom --file=FILE, and "
    "copy gkflow.toml, config/ and workflows/ beside it",
    "file_exists": "{file} exists already: name another file",
    "not_a_backup": "{file} is not a whole backup of gkflow: nothing was restored",
    "office_exists": "{folder} holds an office already: nothing was restored; name an empty folder",
    "bad_encoding": "{what} is not text in UTF-8",
    "database_damaged": "the database is damaged ({reason}): keep a copy as it is and restore a backup",
    "database_failed": "the database refused: {reason}",
    "database_readonly": "the database cannot be written: who runs gkflow needs write access to its file and folder, "
    "and the disk must not be full",
    "database_unopened": "the database cannot be opened: look at folder, permissions and disk ({reason})",
    "disk_full": "the disk is full: nothing was written; make room and try again",
    "too_deep": "what was given is nested too deeply or too large: nothing was done",
    "database_missing": "the database {place} is missing, though {settings} names it: restore it from a backup "
    "(gkflow restore) or correct the address; gkflow init --new-database begins an empty record",
    "not_a_database": "{file} is not a gkflow database: nothing was changed; restore it from a backup, or correct "
    "the address (database.url)",
    "nothing_to_unsweep": "no day later than today ({today}) has been swept: nothing to take back",
    "not_a_demo": "{folder} is there and was not made by gkflow demo; name another with --folder",
    "not_a_workbook": "{file}: no workbook that can be read (xlsx, without a password)",
    "old_excel": "{file}: the old xls format; save it as xlsx or csv",
    "row_unreadable": "{file}: row {row} cannot be read: {reason}",
    "too_many_cells": "{count} cells more than columns: a comma inside a cell, or a row that has slipped",
    "two_workflows": "case {case} is a {workflow}",
    "unknown_encoding": "{file}: not in {tried}; name its encoding with --encoding",
    "cell_day": "{column}: {value} lies beyond the days that a spreadsheet knows",
    "cell_digits": "{column}: {value} is a number of more than 15 digits, and a spreadsheet changes the digits after "
    "them; format the column as text and enter the number again",
    "cell_error": "{column}: the cell shows {value}, an error of the spreadsheet; mend its formula",
    "cell_formula": "{column}: a formula without a stored result; open the file in a spreadsheet and save it",
    "cell_of_lines": "a cell holds line breaks and delimiters (the row takes {lines} lines): check that no quote is "
    "missing",
    "cell_too_long": "a cell holds {length} characters, xlsx takes {most}; write csv",
    "controls_in_text": "{column}: the text holds control marks ({marks}); taken, shown without effect",
    "file_too_large": "{file}: {size} MB, at most {most} MB are read",
    "file_unpacks": "{file}: unpacks to {size} MB, at most {most} MB are read: no register is so large",
    "line_too_long": "{file}: a line of more than {most} characters",
    "look_alike": "case number {case} looks like {other}; both are kept as cases of their own: mend the register if "
    "they are one",
    "mark_refused": "{column}: holds {marks}, which cannot be kept; delete it",
    "name_too_long": "{column}: {length} characters, at most {most} are kept",
    "number_folded": "the case number was written {written}, with other widths or invisible marks; read as {case}",
    "quote_open": "{file}: row {row}: a quote is not closed; close it or delete it, and import again",
    "quote_swallows": "{file}: row {row}: a quote is not closed and swallows {lines} lines that look like rows; "
    "none of them was taken: close the quote or delete it, and import again",
    "rows_out_of_order": "{file}: row {row} stands after row {before}: the workbook is damaged; "
    "open it in a spreadsheet and save it",
    "sheet_too_large": "{file}: row {row} lies beyond the {rows} rows and {columns} columns of a sheet",
    "sheets_unread": "only the first sheet is read; others hold cells too: {sheets}",
    "text_turned": "{column}: the text held marks that turn its direction ({marks}); left out",
    "too_many_columns": "{file}: {count} columns, at most {most} are read",
    "year_too_early": "{day}: no procedure is older than {first}; check the year",
    "out_of_range": "a day or a number that was given is too small or too large to reckon with",
    "wrong_use": "{reason}",
}
