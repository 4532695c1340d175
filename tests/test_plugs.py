"""What other packages bring (插件): found by their entry points, used from one end to the other, doing no harm."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from gkflow import plugs
from gkflow.bootstrap import forget_files, known_edition
from gkflow.calendars.predictors import predictor_named
from gkflow.cli.commands.doctor import words
from gkflow.domain.errors import FilesAtFault, GkflowError
from gkflow.files.settings import read_settings
from gkflow.words.language import CHINESE, ENGLISH, speaking
from store.offices import Place, at

# A package that hands notices to the printer of the reading room: its module, and what pip would write beside it.
MODULE = '''
"""Notices on slips of paper (示例渠道：打印)."""
import json
from datetime import date
from gkflow.application.ports import NotDelivered
from gkflow.domain.calendar import YearOfDays
from gkflow.domain.edition import Announcement
from gkflow.files.kinds.model import FileModel, key
from gkflow.files.kinds.values import Secret, Text
from gkflow.plugs import ChannelPlug


class SpoolKeys(FileModel):
    """The printer (打印)."""

    folder: Text = key("文件夹", "where the slips go")
    pin: Secret = key("口令", "of the printer", "")


class Spool:
    name = "spool"
    quiet = False

    def __init__(self, folder, now):
        self.folder, self.now = folder, now

    def send(self, messages):
        outcome = {}
        for message in messages:
            if message.address == "desk-13":
                outcome[message.key] = NotDelivered("no paper", permanent=True)
                continue
            with (self.folder / "slips.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps([message.address, message.to, message.subject], ensure_ascii=False) + "\\n")
            outcome[message.key] = None
        return outcome


def open_spool(keys, office):
    return Spool(office.home / keys.folder, office.now) if keys is not None else None


def check(address, allow_local):
    return "" if address.startswith("desk-") else "a desk is wanted, such as desk-3"


PLUG = ChannelPlug("spool", "打印", "printer", open_spool, SpoolKeys, check, lambda address: "desk-…")
OTHER_NAME = ChannelPlug("printer", "打印", "printer", open_spool)


def announced():
    yield Announcement("office", "某省放假通知", date(2031, 1, 2), days_off={date(2031, 10, 8): "某节"})


def weekends_only(year):
    return YearOfDays(frozenset(), frozenset(), {})
'''
PEOPLE = """
[office]
unit = "XFJ"
[units.XFJ]
label = "信访局"
[spool]
folder = "slips"
[[people]]
name = "李四"
roles = ["section_head"]
channels = ["spool", "file"]
spool = "desk-3"
"""


def installed(folder: Path, groups: dict[str, dict[str, str]]) -> None:
    """A package as pip leaves it: a module, and a .dist-info with its entry points."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "office_spool.py").write_text(MODULE, encoding="utf-8")
    info = folder / "office_spool-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: office-spool\nVersion: 1.0\n", encoding="utf-8")
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {at}\n" for name, at in each.items()) for group, each in groups.items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages, looked into for this test alone."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    plugs.forget()
    yield folder
    sys.modules.pop("office_spool", None)
    plugs.forget()


@pytest.fixture
def spool(site: Path) -> Path:
    installed(site, {"gkflow.channels": {"spool": "office_spool:PLUG"}})
    plugs.forget()
    return site


def slips(home: Path) -> list[list[str]]:
    path = home / "slips" / "slips.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def test_a_notice_leaves_by_the_channel_of_another_package(spool: Path, place: Place) -> None:
    (place.home / "slips").mkdir(parents=True)
    with place.settings(PEOPLE).open() as office:
        office.receive("request", "GK-1", facts={"channel": "in_person"}, now=at("2026-03-17"))
        office.deliver(at("2026-03-17", "10:00"))
        assert [(address, to) for address, to, _ in slips(place.home)] == [("desk-3", "李四")]
        named = {sign.name for sign in office.doctor(at("2026-03-17", "11:00"))}
        assert named.isdisjoint({"channels", "broken_channels"})


def test_what_its_printer_refuses_is_reported_as_of_any_channel(spool: Path, place: Place) -> None:
    (place.home / "slips").mkdir(parents=True)
    text = PEOPLE.replace("desk-3", "desk-13").replace('["spool", "file"]', '["spool"]')
    with place.settings(text).open() as office:
        office.receive("request", "GK-1", facts={"channel": "in_person"}, now=at("2026-03-17"))
        office.deliver(at("2026-03-17", "10:00"))
        (sign,) = [sign for sign in office.doctor(at("2026-03-17", "11:00")) if sign.name == "channels"]
        assert sign.facts["people"][0]["channels"] == {"spool": "no paper"}


def test_somebody_may_subscribe_by_it_at_an_address_that_it_takes(spool: Path, place: Place) -> None:
    with place.settings(PEOPLE).open() as office:
        line = office.subscriptions.add("赵六", "spool", "desk-7")
        assert plugs.masked(line.channel, line.address) == "desk-…"
        with pytest.raises(GkflowError, match="a desk is wanted") as caught:
            office.subscriptions.add("赵六", "spool", "room 7")
        assert caught.value.code == "address_not_taken"
        with pytest.raises(GkflowError) as caught:
            office.subscriptions.add("赵六", "spool", "")
        assert caught.value.code == "address_missing"


def reported(home: Path, text: str) -> list[str]:
    (home / "gkflow.toml").write_text(text, encoding="utf-8")
    with pytest.raises(FilesAtFault) as caught:
        read_settings(home, {})
    return [f"{fault.line} {fault.text}" for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('folder = "slips"', "folder = 3", "7 [spool]: folder must be a text in quotes, not 3"),
        ('folder = "slips"', 'folders = "slips"', '7 [spool]: unknown key "folders" (do you mean "folder"?)'),
        ('folder = "slips"', 'folder = "slips"\npin = 4711', "8 [spool]: pin must be a text in quotes"),
        ('"desk-3"', '"room 3"', '12 person "李四": a desk is wanted, such as desk-3'),
        ('"desk-3"', "4711", "12 [[people]]: spool must be a text in quotes"),
        ('\nspool = "desk-3"', "", '8 person "李四": is notified by spool, but has no address (spool = …)'),
    ],
)
def test_its_section_and_its_addresses_are_read_by_what_it_declares(
    spool: Path, tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert PEOPLE.count(old) == 1
    assert said in reported(tmp_path, PEOPLE.replace(old, new))


def test_without_the_package_its_section_and_its_name_are_unknown(site: Path, tmp_path: Path) -> None:
    assert reported(tmp_path, PEOPLE)[0].startswith('6 unknown key "spool"')
    assert any(
        "channels must be among file, console, mail, webhook, chat" in each for each in reported(tmp_path, PEOPLE)
    )


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("office_nowhere:PLUG", "office_nowhere:PLUG: ModuleNotFoundError: No module named 'office_nowhere'"),
        ("office_spool:NOTHING", "has no attribute 'NOTHING'"),
        ("office_spool:Spool", "office_spool:Spool: is not a ChannelPlug"),
        ("office_spool:OTHER_NAME", 'office_spool:OTHER_NAME: calls itself "printer"'),
    ],
)
def test_a_broken_channel_is_one_line_and_holds_up_no_other(site: Path, place: Place, where: str, reason: str) -> None:
    installed(site, {"gkflow.channels": {"spool": where}})
    plugs.forget()
    broken = plugs.channel("spool")
    assert isinstance(broken, plugs.Broken)
    assert reason in broken.reason
    assert "\n" not in broken.reason
    with place.settings(PEOPLE).open() as office:
        # Before anything was sent by it: doctor names the channel, and whom nothing would reach.
        signs = {sign.name: sign for sign in office.doctor(at("2026-03-17", "08:00"))}
        assert list(signs["broken_channels"].facts["channels"]) == ["spool"]
        with speaking(ENGLISH):
            assert reason in words(signs["broken_channels"])
        assert [each["name"] for each in signs["channels"].facts["people"]] == ["李四"]
        office.receive("request", "GK-1", facts={"channel": "in_person"}, now=at("2026-03-17"))
        office.deliver(at("2026-03-17", "10:00"))
        assert "李四" in (place.home / "notices" / "notices.jsonl").read_text(encoding="utf-8")
        waiting = [each for each in office.notices() if each.channel == "spool"]
        assert waiting
        # Stored for people, in Chinese as far as the catalogue goes.
        assert all(CHINESE.text(broken.reason) in (each.error or "") and each.delivered_at is None for each in waiting)


def test_a_channel_of_the_package_is_not_replaced_by_another_of_its_name(site: Path) -> None:
    installed(site, {"gkflow.channels": {"mail": "office_spool:PLUG"}})
    plugs.forget()
    assert plugs.names(plugs.CHANNELS) == ("file", "console", "mail", "webhook", "chat")
    found = plugs.channel("mail")
    assert isinstance(found, plugs.ChannelPlug)
    assert CHINESE.text(found.en) == "邮件"


@pytest.mark.parametrize("name", plugs.PACKAGED[plugs.CHANNELS])
def test_each_channel_of_the_package_declares_itself(name: str) -> None:
    found = plugs.channel(name)
    assert isinstance(found, plugs.ChannelPlug)
    assert found.name == name
    assert found.zh or CHINESE.text(found.en) != found.en


def test_a_predictor_of_another_package_is_chosen_in_the_settings(site: Path, tmp_path: Path) -> None:
    assert '1 predictor must be one of statutory, shapes, not "weekends"' in reported(
        tmp_path, 'predictor = "weekends"\n'
    )
    installed(site, {"gkflow.predictors": {"weekends": "office_spool:weekends_only"}})
    plugs.forget()
    assert read_settings(tmp_path, {}).predictor == "weekends"
    assert predictor_named("weekends")(2031).days_off == frozenset()


def test_a_predictor_that_cannot_be_loaded_says_so(site: Path) -> None:
    installed(site, {"gkflow.predictors": {"weekends": "office_spool:nobody"}})
    plugs.forget()
    with pytest.raises(GkflowError, match=r'predictor "weekends" cannot be used: .*nobody'):
        predictor_named("weekends")


def test_days_off_that_another_package_knows_are_announced_by_it(site: Path, tmp_path: Path) -> None:
    day = date(2031, 10, 8)
    assert known_edition(tmp_path).calendar().is_working_day(day)
    installed(site, {"gkflow.holiday_sources": {"office": "office_spool:announced"}})
    forget_files()
    plugs.forget()
    assert not known_edition(tmp_path).calendar().is_working_day(day)
    forget_files()


def test_a_source_of_days_off_that_cannot_be_loaded_is_a_fault_for_its_days_would_be_missing(
    site: Path, tmp_path: Path
) -> None:
    installed(site, {"gkflow.holiday_sources": {"office": "office_spool:nobody"}})
    forget_files()
    plugs.forget()
    with pytest.raises(FilesAtFault, match='holiday source "office" cannot be used: office_spool:nobody'):
        known_edition(tmp_path)
    forget_files()
