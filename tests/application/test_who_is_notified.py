"""Who is notified (受通知人): nobody twice, nobody left out, never nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gkflow.domain.errors import FilesAtFault, Refused
from gkflow.files.settings import read_settings
from gkflow.office import Office
from store.offices import Place, apart, at, open_request

DAY = "2022-09-13"
BEGIN = """
[mail]
host = "127.0.0.1"
sender = "gk@example.gov.cn"
[webhook]
secret = "geheim"
[office]
unit = "GK"
name = "公开办"
[units.GK]
label = "公开办"
[units.KS]
label = "法规科"
"""


def person(name: str, *roles: str, unit: str = "GK", **addresses: str) -> str:
    lines = [f"name = {json.dumps(name, ensure_ascii=False)}", f'unit = "{unit}"', f"roles = {json.dumps(list(roles))}"]
    lines.append(f"channels = {json.dumps(list(addresses) or ['file'])}")
    lines += [f"{channel} = {json.dumps(address)}" for channel, address in addresses.items() if address]
    return "[[people]]\n" + "\n".join(lines) + "\n"


def an_office(place: Place, *people: str, more: str = "") -> Office:
    return place.settings(BEGIN + more + "".join(people)).open()


def notified(office: Office, kind: str = "") -> list[tuple[str, str, str]]:
    return sorted((n.name, n.channel, n.address) for n in office.notices() if not kind or n.kind == kind)


ONE, TWO = "one@example.gov.cn", "two@example.gov.cn"


def test_two_people_of_one_name_are_both_notified(place: Place) -> None:
    with an_office(
        place, person("张伟", "section_head", mail=ONE), person("张伟", "section_head", mail=TWO)
    ) as office:  # fmt: skip
        office.receive("request", "A", facts={"channel": "in_person"}, now=at(DAY))
        assert notified(office) == [("张伟", "mail", ONE), ("张伟", "mail", TWO)]
        (sign,) = [sign for sign in office.doctor(at(DAY)) if sign.name == "same_name"]
        assert sign.facts == {"names": ["张伟"]}


def test_two_people_of_one_name_are_both_notified_of_a_step(place: Place) -> None:
    with an_office(place, person("张伟", "officer", mail=ONE), person("张伟", "officer", mail=TWO)) as office:
        office.receive("request", "A", facts={"channel": "in_person", "officer": "张伟"}, now=at(DAY))
        office.tick(at(DAY))
        office.tick(at("2022-10-10"))
        steps = notified(office, "remind") + notified(office, "urge") + notified(office, "supervise")
        assert {address for _, _, address in steps} == {ONE, TWO}


def test_a_key_does_not_reveal_the_address(place: Place) -> None:
    with an_office(place, person("张伟", "section_head", webhook="https://example.gov.cn/hook/geheim")) as office:
        office.receive("request", "A", facts={"channel": "in_person"}, now=at(DAY))
        (notice,) = office.notices()
        assert "geheim" not in notice.key
        assert "example" not in notice.key


def test_one_person_in_three_roles_gets_one_message_for_a_step(place: Place) -> None:
    with an_office(place, person("赵六", "officer", "section_head", "director", mail=ONE)) as office:
        open_request_of(office, "赵六")
        office.tick(at(DAY))
        office.tick(at("2022-10-20"))  # long overdue: the step that goes up to the director
        (last,) = [n for n in office.notices() if n.kind == "supervise" and n.channel == "mail"]
        assert json.loads(last.facts)["to"] == "赵六"


def open_request_of(office: Office, officer: str, **more: Any) -> None:
    office.receive("request", "A", **apart(channel="in_person", title="某事项", now=at(DAY), **more))
    office.do("A", "register", now=at(DAY))
    office.do("A", "assign", facts={"officer": officer}, now=at(DAY))


def test_a_vacant_supervising_office_makes_the_director_hear_of_it(place: Place) -> None:
    with an_office(place, person("王五", "director", mail=ONE), person("张三", "officer", mail=TWO)) as office:
        open_request_of(office, "张三")
        office.tick(at(DAY))
        office.tick(at("2022-10-20"))
        supervised = [notice for notice in office.notices() if notice.kind == "supervise"]
        assert "王五" in {notice.name for notice in supervised}
        assert "" not in {notice.name for notice in supervised}
        (vacant,) = [sign for sign in office.doctor(at("2022-10-20")) if sign.name == "vacant"]
        assert {
            "role": "supervising_office",
            "unit": "GK",
            "label": "公开办",
            "instead": ["王五"],
            "as": "director",
        } in (vacant.facts["vacant"])


def test_the_message_says_that_the_officer_is_unknown(place: Place) -> None:
    with an_office(place, person("李四", "section_head", unit="KS", mail=ONE)) as office:
        open_request_of(office, "周九")  # the settings name nobody of the unit: taken, and doctor says so
        (notice,) = [n for n in office.notices() if n.kind == "action" and json.loads(n.facts)["action"] == "assign"][
            :1
        ]
        assert notice.name == "李四"
        from gkflow.domain.notice import compose

        assert "设置中没有承办人“周九”" in compose(office.rules.wording, json.loads(notice.facts))[1]
        (sign,) = [sign for sign in office.doctor(at(DAY)) if sign.name == "unknown_officers"]
        assert sign.facts["officers"] == [{"officer": "周九", "open": 1, "case": "A"}]


def test_an_officer_whom_the_settings_do_not_know_is_refused_with_those_that_there_are(place: Place) -> None:
    with an_office(place, person("张三丰", "officer"), person("李四", "section_head")) as office:
        office.receive("request", "A", facts={"channel": "in_person"}, now=at(DAY))
        office.do("A", "register", now=at(DAY))
        with pytest.raises(Refused) as refused:
            office.do("A", "assign", facts={"officer": "张三峰"}, now=at(DAY))
        assert refused.value.code == "unknown_person"
        assert list(refused.value.facts["people"]) == ["张三丰", "李四"]
        assert "张三丰" in refused.value.facts["mean"]
        with pytest.raises(Refused, match="王二 is not among the people"):
            office.receive("request", "B", facts={"channel": "in_person", "officer": "王二"}, now=at(DAY))
        assert len(office.cases(as_of=DAY)) == 1


def test_a_sections_officer_is_reached_by_mail_on_a_case_of_the_whole_office(place: Place) -> None:
    with an_office(place, person("张三", "officer", unit="KS", mail=ONE)) as office:
        open_request_of(office, "张三")
        assert ("张三", "mail", ONE) in notified(office, "action")
        office.tick(at(DAY))
        office.tick(at("2022-10-10"))
        assert {(name, channel) for name, channel, _ in notified(office, "urge") + notified(office, "remind")} <= {
            ("张三", "mail"), ("张三", "file")
        }  # fmt: skip


def test_what_is_addressed_to_nobody_is_not_delivered(place: Place) -> None:
    with place.settings(BEGIN).open() as office:
        open_request(office, "A", DAY, officer="")
        office.tick(at(DAY))
        office.tick(at("2022-10-20"))
        office.deliver(at("2022-10-20"))
        supervised = [record for record in office.escalations() if record.kind == "supervise" and record.notified]
        assert supervised
        nobody = [record for record in supervised if record.notified == ("director",)]
        assert all(record.delivered_at is None for record in nobody)
        (sign,) = [sign for sign in office.doctor(at("2022-10-20")) if sign.name == "people"]
        assert (sign.level, sign.facts) == ("warning", {"people": 0})


# -- sent again ------------------------------------------------------------------------------------------------------


def test_a_notice_that_is_sent_again_goes_to_the_address_that_has_been_mended(place: Place) -> None:
    with an_office(place, person("李四", "section_head", mail="lsi@example.gov.cn")) as office:
        office.receive("request", "A", facts={"channel": "in_person"}, now=at(DAY))
        (notice,) = office.notices()
        with office.store.writing() as ledger:
            ledger.outbox.failed(notice.id, "no such mailbox", None, at(DAY))
    with an_office(place, person("李四", "section_head", mail="lisi@example.gov.cn")) as office:
        (sign,) = [sign for sign in office.doctor(at(DAY)) if sign.name == "delivery"]
        assert sign.facts["dead"] == 1
        assert office.revive([notice.id], at(DAY)) == 1
        (again,) = office.notices("waiting")
        assert (again.address, again.key, again.tries) == ("lisi@example.gov.cn", notice.key, 0)


def test_of_two_people_of_one_name_the_address_of_neither_is_guessed(place: Place) -> None:
    with an_office(place, person("张伟", "section_head", mail="old@example.gov.cn")) as office:
        office.receive("request", "A", facts={"channel": "in_person"}, now=at(DAY))
        (notice,) = office.notices()
    with an_office(
        place, person("张伟", "section_head", mail=ONE), person("张伟", "section_head", mail=TWO)
    ) as office:  # fmt: skip
        assert office.revive([notice.id], at(DAY)) == 1
        assert office.notices()[0].address == "old@example.gov.cn"


def test_doctor_names_people_whom_no_channel_reaches(place: Place) -> None:
    with an_office(place, person("李四", "section_head", mail=ONE), person("王五", "director", mail=TWO)) as office:
        office.receive("request", "A", facts={"channel": "in_person"}, now=at(DAY))
        (notice,) = office.notices()
        assert "channels" not in {sign.name for sign in office.doctor(at(DAY))}
        with office.store.writing() as ledger:
            ledger.outbox.failed(notice.id, "no such mailbox", None, at(DAY))
        (sign,) = [sign for sign in office.doctor(at(DAY)) if sign.name == "channels"]
        assert sign.facts["people"] == [{"name": "李四", "unit": "GK", "channels": {"mail": "no such mailbox"}}]
        office.revive([notice.id], at(DAY))
        with office.store.writing() as ledger:
            ledger.outbox.delivered([(notice.id, at(DAY))])
        assert "channels" not in {sign.name for sign in office.doctor(at(DAY))}


# -- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "address", "code"),
    [
        ("mail", "a@x.cn;b@x.cn", "mail_address_wrong"),
        ("mail", "a@x.cn,b@x.cn", "mail_address_wrong"),
        ("mail", "a@x.cn\r\nBcc: spy@example.org", "mail_address_wrong"),
        ("mail", "a@x.cn\n", "mail_address_wrong"),
        ("mail", "张三", "mail_address_wrong"),
        ("webhook", "ftp://example.gov.cn/", "web_address_wrong"),
        ("webhook", "https://example.gov.cn/\r\nX: y", "web_address_wrong"),
        ("webhook", "http://127.0.0.1/hook", "address_is_local"),
        ("webhook", "http://169.254.169.254/latest/meta-data/", "address_is_local"),
        ("webhook", "http://[fe80::1]/", "address_is_local"),
        ("webhook", "http://localhost:8080/", "address_is_local"),
        ("webhook", "http://0x7f.1/", "address_is_local"),
        ("chat", "geheim", "chat_address_wrong"),
        ("chat", "wecombot://k\n", "chat_address_wrong"),
        ("chat", "json://127.0.0.1/", "address_is_local"),
    ],
)
def test_an_address_is_checked_when_somebody_subscribes(place: Place, channel: str, address: str, code: str) -> None:
    with an_office(place) as office:
        with pytest.raises(Refused) as refused:
            office.subscriptions.add("甲", channel, address, now=at(DAY))
        assert refused.value.code == code
        assert address not in str(refused.value)
        assert office.subscriptions.all() == []


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("mail", "a@x.cn"),
        ("mail", "张三@例子.政务".replace("张三", "zhangsan")),
        ("webhook", "https://example.gov.cn/notify?token=1"),
        ("webhook", "http://10.1.2.3:8080/hook"),
        ("chat", "wecombot://0a1b2c3d"),
    ],
)
def test_an_address_that_is_one_is_taken(place: Place, channel: str, address: str) -> None:
    with an_office(place) as office:
        assert office.subscriptions.add("甲", channel, address, now=at(DAY)).address == address


def test_addresses_of_people_are_checked_with_the_settings_and_secrets_are_not_repeated(tmp_path: Path) -> None:
    people = (
        person("甲", "officer", mail="a@x.cn;b@x.cn")
        + person("乙", "officer", webhook="http://127.0.0.1/hook/geheim-0")
        + person("丙", "officer", webhook="gopher://gk:geheim-1@example.gov.cn/")
        + person("丁", "officer", chat="geheim-2")
    )
    (tmp_path / "gkflow.toml").write_text(BEGIN + people, encoding="utf-8")
    with pytest.raises(FilesAtFault) as caught:
        read_settings(tmp_path, {})
    said = [fault.text for fault in caught.value.faults]
    assert said == [
        'person "甲": mail must be one mail address such as name@example.gov.cn, not "a@x.cn;b@x.cn"',
        'person "乙": webhook points to this machine or its link ([webhook] allow_local = true)',
        'person "丙": webhook must be a web address such as https://example.gov.cn/notify',
        'person "丁": chat must be an apprise address such as wecombot://key',
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[webhook]\nsecret = 123456789\n",
        "[mail]\nhost = 'h'\nsender = 's@x.cn'\npassword = 123456789\n",
        "[database]\nurl = ['postgresql://gk:123456789@db/gk']\n",
        "[[people]]\nname = '甲'\nroles = ['officer']\nwebhook = [123456789]\n",
    ],
)
def test_what_stands_in_the_place_of_a_secret_is_not_shown(tmp_path: Path, text: str) -> None:
    (tmp_path / "gkflow.toml").write_text(text, encoding="utf-8")
    with pytest.raises(FilesAtFault) as caught:
        read_settings(tmp_path, {})
    assert "123456789" not in str(caught.value)
    assert "must be a text in quotes" in str(caught.value)


def test_the_fallback_names_a_role_or_a_person_whom_the_settings_know(tmp_path: Path) -> None:
    text = '[escalation]\nline = ["section_head", "director"]\nfallback = ["甲", "clerk"]\n'
    (tmp_path / "gkflow.toml").write_text(text + person("甲", "officer", unit="UNIT"), encoding="utf-8")
    found = read_settings(tmp_path, {}).escalation
    assert (found.line, found.fallback) == (("section_head", "director"), ("甲", "clerk"))
    (tmp_path / "gkflow.toml").write_text('[escalation]\nfallback = ["diretor"]\n', encoding="utf-8")
    with pytest.raises(FilesAtFault, match=r'fallback: no role or person "diretor" \(do you mean "director"\?\)'):
        read_settings(tmp_path, {})
