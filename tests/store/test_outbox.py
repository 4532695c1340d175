"""The outbox: at least once, never lost, the same words, at decent hours."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from channels.receivers import answers, http_receiver
from gkflow.application.deliver import BACK_OFF, CLAIM
from gkflow.application.ports import Message, NotDelivered
from gkflow.domain.sentences import said
from gkflow.office import Office
from store.offices import PEOPLE, Place, at, open_request, processes, run_together

DAY = "2022-09-13"


class Post:
    """A channel that answers as configured and keeps what it took."""

    def __init__(self, name: str = "file", quiet: bool = True, fails: Sequence[NotDelivered | None] = ()) -> None:
        self.name, self.quiet = name, quiet
        self.fails = list(fails)
        self.taken: list[Message] = []
        self.asked = 0

    def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
        outcome: dict[str, NotDelivered | None] = {}
        for message in messages:
            self.asked += 1
            outcome[message.key] = self.fails.pop(0) if self.fails else None
            if outcome[message.key] is None:
                self.taken.append(message)
        return outcome


def one_notice(office: Office) -> str:
    office.receive("request", "A", facts={"channel": "in_person"}, title="某事项", now=at(DAY))
    (notice,) = office.notices()
    return notice.key


def test_a_message_is_sent_once_and_its_moment_kept(place: Place, office: Office) -> None:
    key = one_notice(office)
    post = Post()
    outcome = office.deliver(at(DAY, "09:30"), channels={"file": post})
    assert (outcome.delivered, outcome.failed, outcome.dead) == (1, 0, 0)
    office.deliver(at(DAY, "09:31"), channels={"file": post})
    assert [message.key for message in post.taken] == [key]
    (notice,) = office.notices("delivered")
    assert (notice.delivered_at, notice.tries) == (at(DAY, "09:30"), 1)


def test_a_failure_is_tried_again_later_and_later(place: Place, office: Office) -> None:
    one_notice(office)
    post = Post(fails=[NotDelivered("busy")] * 3)
    now = at(DAY)
    for wait in BACK_OFF[:3]:
        office.deliver(now, channels={"file": post})
        asked = post.asked
        assert office.notices()[0].error == "busy"
        office.deliver(now + wait - timedelta(seconds=1), channels={"file": post})
        assert post.asked == asked, "too early"
        now += wait
    assert office.deliver(now, channels={"file": post}).delivered == 1
    assert list(BACK_OFF) == sorted(BACK_OFF)
    assert office.notices()[0].error == ""


def test_the_last_failure_and_a_permanent_one_end_among_the_dead_and_can_be_revived(
    place: Place, office: Office
) -> None:
    one_notice(office)
    post = Post(fails=[NotDelivered("busy")] * (len(BACK_OFF) + 1))
    now = at(DAY)
    for _ in range(len(BACK_OFF)):
        assert office.deliver(now, channels={"file": post}).dead == 0
        now += timedelta(days=3)
    assert office.deliver(now, channels={"file": post}).dead == 1
    (dead,) = office.notices("dead")
    assert (dead.error, dead.tries, dead.dead_at) == ("busy", len(BACK_OFF) + 1, now)
    assert office.deliver(now + timedelta(days=30), channels={"file": post}).delivered == 0
    assert office.revive([dead.id], now) == 1
    post.fails = [NotDelivered("no such mailbox", permanent=True)]
    assert office.deliver(now, channels={"file": post}).dead == 1
    assert office.notices("dead")[0].tries == 1
    assert office.revive([dead.id], now) == 1
    assert office.deliver(now, channels={"file": post}).delivered == 1
    assert office.revive([dead.id], now) == 0


@pytest.mark.parametrize(
    ("reason", "stored"),
    [
        (said("{server} answered {status}", server="a.cn", status=503), "a.cn 答复 503"),
        (
            said("the mail server broke off: {reason}", reason=said("no answer in time")),
            "邮件服务器中断了连接：等待应答超时",
        ),
        ("the printer is out of paper", "the printer is out of paper"),
    ],
    ids=["a sentence", "a sentence in another", "plain text of another package"],
)
def test_the_reason_of_a_failure_is_kept_in_chinese_where_the_catalogue_has_it(
    office: Office, reason: str, stored: str
) -> None:
    one_notice(office)
    office.deliver(at(DAY), channels={"file": Post(fails=[NotDelivered(reason)])})
    (notice,) = office.notices()
    assert notice.error == stored


def test_a_channel_that_is_not_set_up_is_buried_with_its_reason(place: Place, office: Office) -> None:
    one_notice(office)
    place.sql("UPDATE gk_notice SET channel = 'mail'")
    outcome = office.deliver(at(DAY), channels={})
    assert (outcome.delivered, outcome.dead) == (0, 1)
    (dead,) = office.notices("dead")
    assert "mail" in dead.error
    assert "gkflow.toml" in dead.error
    office.revive([dead.id], at(DAY))
    assert office.deliver(at(DAY), channels={"mail": Post("mail")}).delivered == 1


def test_a_channel_that_breaks_down_holds_up_no_other(place: Place) -> None:
    class Broken(Post):
        def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
            raise RuntimeError("驱动程序故障")

    class Silent(Post):
        def send(self, messages: Sequence[Message]) -> Mapping[str, NotDelivered | None]:
            return {}

    place.settings(PEOPLE.replace('channels = ["file"]', 'channels = ["file", "console"]'))
    with place.open() as office:
        one = one_two(office)
        for bad in (Broken("console"), Silent("console")):
            file = Post()
            outcome = office.deliver(at(DAY), channels={"console": bad, "file": file})
            assert (outcome.delivered, outcome.failed) == (1 if bad.__class__ is Broken else 0, 1)
            waiting = office.notices("waiting")
            assert [n.channel for n in waiting] == ["console"]
            assert waiting[0].error
            with office.store.writing() as ledger:
                ledger.outbox.failed(waiting[0].id, "", at(DAY), at(DAY))
        assert one == 2


def one_two(office: Office) -> int:
    office.receive("request", "A", facts={"channel": "in_person"}, now=at(DAY))
    return len(office.notices())


def test_more_messages_than_a_batch_all_leave(place: Place, office: Office) -> None:
    for number in range(7):
        office.receive("request", f"A{number}", facts={"channel": "in_person"}, now=at(DAY))
    from gkflow.application.deliver import deliver

    post = Post()
    assert deliver(office.store, office.rules, {"file": post}, at(DAY), batch=2).delivered == 7
    assert len({message.key for message in post.taken}) == 7


WEBHOOK = """
[webhook]
secret = "geheim"
allow_local = true
[office]
unit = "XFJ"
[units.XFJ]
label = "信访局"
[[people]]
name = "李四"
roles = ["section_head"]
channels = ["webhook"]
webhook = "{url}"
"""


def test_a_sender_killed_between_sending_and_writing_it_down_sends_again_under_the_same_key(place: Place) -> None:
    with http_receiver(answers(200)) as receiver:
        place.settings(WEBHOOK.format(url=receiver.url))
        with place.open() as office:
            key = one_notice(office)
            killed = """
import os, signal
from gkflow.store.outbox import Outbox
def dying(*_):
    os.kill(os.getpid(), signal.SIGKILL)
Outbox.delivered = dying
office.deliver(datetime.fromisoformat("2022-09-13T09:30+08:00"))
"""
            with processes(place, killed) as (process,):
                assert process.wait(30) == -9
            assert len(receiver.posts) == 1
            assert office.notices()[0].delivered_at is None
            claimed = at(DAY, "09:30")
            office.deliver(claimed + CLAIM - timedelta(minutes=1))
            assert len(receiver.posts) == 1, "the claim still holds"
            office.deliver(claimed + CLAIM + timedelta(seconds=1))
            assert office.notices()[0].delivered_at is not None
        assert len(receiver.posts) == 2
        sent = [(json.loads(post.body), post.headers) for post in receiver.posts]
        assert sent[0][0] == sent[1][0]
        assert key in receiver.posts[0].body.decode()
        assert {name: value for name, value in sent[0][1].items() if "key" in name or "id" in name} == {
            name: value for name, value in sent[1][1].items() if "key" in name or "id" in name
        }


def test_two_senders_at_once_send_nothing_twice(place: Place) -> None:
    with http_receiver(answers(200)) as receiver:
        place.settings(WEBHOOK.format(url=receiver.url))
        with place.open() as office:
            for number in range(30):
                office.receive("request", f"A{number}", facts={"channel": "in_person"}, now=at(DAY))
        script = """
from gkflow.application.deliver import deliver
now = datetime.fromisoformat("2022-09-13T09:30+08:00")
print(deliver(office.store, office.rules, office.channels(), now, batch=3).delivered)
"""
        said = run_together(place, script, script, script)
        assert sum(map(int, said)) == 30
        keys = [json.loads(post.body).get("key") or post.body for post in receiver.posts]
        assert len(keys) == len(set(map(str, keys))) == 30


@pytest.mark.parametrize(
    ("moment", "held"),
    [
        (at("2022-09-30", "19:59"), False),
        (at("2022-09-30", "20:00"), True),
        (at("2022-10-08", "07:59"), True),
        (at("2022-10-08", "08:00"), False),  # Saturday, worked
        (at("2022-10-09", "12:00"), False),  # Sunday, worked
        (at("2022-10-04", "12:00"), True),  # National Day week
        (at("2022-10-15", "12:00"), True),  # Saturday
        (datetime.fromisoformat("2022-10-10T00:00+00:00"), False),  # 08:00 in Shanghai, server in UTC
        (datetime.fromisoformat("2022-10-10T12:00+00:00"), True),  # 20:00 in Shanghai
    ],
)
def test_at_night_and_on_days_off_nobody_is_rung_but_the_file_is_written(
    place: Place, moment: datetime, held: bool
) -> None:
    place.settings(PEOPLE.replace('channels = ["file"]', 'channels = ["file", "console"]'))
    with place.open() as office:
        office.receive("request", "A", facts={"channel": "in_person"}, day=DAY, now=at("2022-09-29"))
        file, mail = Post("file"), Post("console", quiet=False)
        outcome = office.deliver(moment, channels={"file": file, "console": mail})
        assert len(file.taken) == 1
        assert (len(mail.taken), outcome.held) == ((0, True) if held else (1, False))
        later = office.deliver(at("2022-10-17", "09:00"), channels={"file": file, "console": mail})
        assert (len(mail.taken), later.held) == (1, False)
        assert len(file.taken) == 1


WORDING = """wording: notices
remind: {{subject: "{w} {{case}}", text: "{w} {{case}}"}}
urge: {{subject: "{w}", text: "{w}"}}
supervise: {{subject: "{w}", text: "{w}"}}
propose: {{subject: "{w}", text: "{w}"}}
take: {{subject: "{w}", text: "{w}"}}
action: {{subject: "{w} {{case}}", text: "{w} {{action_label}} {{nothing}}"}}
note: {{subject: "{w}", text: "{w}"}}
"""


def _word(place: Place, word: str) -> None:
    folder = place.home / "config" / "wording"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "notices.yaml").write_text(WORDING.format(w=word), encoding="utf-8")


def test_a_message_keeps_the_words_under_which_it_was_written(place: Place) -> None:
    _word(place, "旧")
    with place.open() as office:
        office.receive("request", "A", facts={"channel": "in_person"}, now=at(DAY))
    _word(place, "新")
    with place.open() as office:
        office.receive("request", "B", facts={"channel": "in_person"}, now=at("2022-09-14"))
        post = Post()
        office.deliver(at("2022-09-14", "10:00"), channels={"file": post})
        assert sorted(message.subject for message in post.taken) == ["新 B", "旧 A"]
        assert "收件" in next(message.text for message in post.taken if message.subject == "旧 A")


def test_a_step_keeps_the_wording_with_which_it_was_notified(place: Place) -> None:
    _word(place, "旧")
    with place.open() as office:
        office.receive("permit", "P", now=at("2022-09-05"))
        office.tick(at("2022-09-14"))
    _word(place, "新")
    with place.open() as office:
        post = Post()
        office.deliver(at("2022-09-14", "10:00"), channels={"file": post})
        assert [message.subject[0] for message in post.taken] == ["旧"]


def test_nobody_is_notified_of_what_they_did_themselves(place: Place) -> None:
    place.settings(f'{PEOPLE}[[people]]\nname = "赵六"\nroles = ["disclosure_head"]\nchannels = ["file"]\n')
    with place.open() as office:
        open_request(office, "A", DAY)  # section head notified of the receipt, officer of the assignment
        notified = [(n.role, n.name) for n in office.notices()]
        assert sorted(notified) == [("officer", "张三"), ("section_head", "李四")]
        office.do("A", "extend", facts={"days": 20, "approved_by": "赵六"}, by="张三", now=at("2022-09-14"))
        office.do("A", "withdraw", by="张三", now=at("2022-09-15"))  # would notify the officer
        assert [(n.role, n.name) for n in office.notices()[:1]] == [("section_head", "李四")]
        assert len(office.notices()) == 3


def test_a_message_waiting_for_a_closed_case_is_about_what_was(place: Place, office: Office) -> None:
    # What was announced with an entry stays announced; a step of a stopped clock is notified no more.
    open_request(office, "A", DAY)
    before = len(office.notices())
    office.tick(at("2022-10-08"))
    office.do("A", "reply", facts={"decision": "D-PUB", "method": "posted"}, now=at("2022-10-12"))
    office.tick(at("2022-10-13"))
    assert len(office.notices()) == before


def test_acknowledged_stays_acknowledged_after_a_rebuild(place: Place, office: Office) -> None:
    open_request(office, "A", DAY)
    office.tick(at("2022-10-08"))
    office.tick(at("2022-10-10"))
    assert len(office.ack(number="A", by="张三", words="知悉", now=at("2022-10-10"))) == len(office.escalations())
    office.rebuild(now=at("2022-10-10"))
    office.tick(at("2022-10-11"))
    assert office.escalations(unacknowledged=True) == []


def test_hours_run_through_the_weekend_and_their_notices_leave_at_once(place: Place) -> None:
    # Five hours to inform, from Saturday noon (国办发〔2016〕80号): Monday morning would be too late.
    place.settings(PEOPLE)
    with place.open() as office:
        mail = Post("file", quiet=False)
        facts = {"known_at": "2022-11-12 12:00", "level": "major"}
        office.receive("opinion", "OP1", day="2022-11-12", by="张三", facts=facts, now=at("2022-11-12", "12:30"))
        open_request(office, "A", "2022-09-01")
        office.do("A", "assign", facts={"officer": "张三"}, by="李四", now=at("2022-11-12", "12:30"))
        waiting = {notice.case for notice in office.notices("waiting")}
        sent = office.deliver(at("2022-11-12", "12:31"), channels={"file": mail})
        assert sent.delivered > 0
        assert {notice.case for notice in office.notices("delivered")} == {"OP1"}
        assert {notice.case for notice in office.notices("waiting")} == waiting - {"OP1"} == {"A"}
        # The steps of its ladder as well: Saturday is the last day of the five hours.
        office.tick(at("2022-11-12", "20:30"))
        office.deliver(at("2022-11-12", "20:31"), channels={"file": mail})
        steps = [notice for notice in office.notices(number="OP1") if notice.kind in ("urge", "supervise")]
        assert steps
        assert all(notice.delivered_at is not None for notice in steps)


def test_a_delivery_by_one_channel_leaves_what_waits_for_the_others(place: Place, office: Office) -> None:
    one_notice(office)
    outcome = office.deliver(at(DAY, "09:30"), channels={"spool": Post("spool")})
    assert (outcome.delivered, outcome.dead) == (0, 0)
    assert office.deliver(at(DAY, "09:31"), channels={"file": Post()}).delivered == 1
