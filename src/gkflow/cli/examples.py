"""Examples for the help of each command (示例): the line as it is typed, and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gkflow.domain.sentences import Sentence, said, said_as

EXAMPLES: Mapping[str, tuple[tuple[str, Sentence], ...]] = MappingProxyType(
    {
        "init": (
            ("gkflow init --name 某市人民政府办公室 --unit GK", said("set up an office here")),
            ("gkflow init /srv/gkflow --profile zhongshan", said("with the rules of a place")),
        ),
        "demo": (("gkflow demo --folder demo", said("a demonstration; no office is touched")),),
        "receive": (
            (
                "gkflow receive --fact channel=in_person --fact applicant=natural_person",
                said("an application handed in today"),
            ),
            (
                "gkflow receive penalty --day 昨天 --number 穗罚〔2026〕1号",
                said("a penalty decided yesterday, with its own number"),
            ),
        ),
        "do": (
            ("gkflow do GK-2026-0001", said("what may be done, with which facts")),
            (
                "gkflow do GK-2026-0001 extend --fact days=20 --fact approved_by=李四",
                said("extend the reply limit"),
            ),
            (
                "gkflow do GK-2026-0001 答复 --day 11月27日 --fact decision=D-PUB --fact method=posted --dry-run",
                said("reckon only"),
            ),
        ),
        "drafts": (("gkflow drafts enter 3 --fact channel=fax", said("enter it with what was missing")),),
        "cases": (
            ("gkflow cases --overdue", said("those overdue")),
            ("gkflow cases --due-within 5 -o 台账.xlsx", said("due soon, as a table")),
        ),
        "show": (("gkflow show GK-2026-0001", said_as("examples", "everything about one case")),),
        "explain": (("gkflow explain GK-2026-0001 --clock reply", said("the reply limit, day by day")),),
        "deadline": (("gkflow deadline 2022-09-30 20", said("20 working days from 30 September")),),
        "calendar": (
            ("gkflow calendar 2026-10", said("the working days of a month")),
            ("gkflow calendar adopt 通知.txt", said("read a notice of days off")),
            ("cat 通知.txt | gkflow calendar adopt - --dry-run", said("from standard input")),
        ),
        "feed": (("gkflow feed --officer 张三 -o 张三.ics", said("a calendar feed")),),
        "limits": (("gkflow limits --workflow request", said("the limits of requests")),),
        "duties": (("gkflow duties --through 2027-12-31", said("the duties that come round")),),
        "sweep": (("gkflow sweep", said("sweep every day that was missed")),),
        "deliver": (("gkflow deliver", said("send what waits")),),
        "daemon": (
            ("gkflow daemon", said("run until stopped (docs/operations.md)")),
            ("gkflow daemon --once", said("for cron")),
        ),
        "worker": (("gkflow worker", said("one of several, on any host (docs/scale.md)")),),
        "escalations": (("gkflow escalations --unacknowledged", said("those not acknowledged")),),
        "ack": (("gkflow ack 12 --words 已与申请人联系", said("acknowledge escalation 12")),),
        "notices": (("gkflow notices --dead", said_as("examples", "those given up")),),
        "events": (("gkflow events --after 120 --format json", said("those after the last one that was read")),),
        "endpoints": (
            ("gkflow endpoints test portal", said("does the other system take events?")),
            ("gkflow endpoints replay portal --after 120", said("post older events again")),
        ),
        "rates": (("gkflow rates --since 2026-01-01", said("this year's rates")),),
        "score": (("gkflow score --since 2026-01-01", said("this year's points")),),
        "remedies": (("gkflow remedies --year 2026", said("table four of the annual report")),),
        "spot-check": (("gkflow spot-check permit --count 5 --seed 2026-11", said("draw five permits")),),
        "subscribe": (
            (
                "gkflow subscribe 张三 --channel mail --address a@example.cn",
                said("subscribe to everything"),
            ),
        ),
        "subscriptions": (("gkflow subscriptions", said("list them")),),
        "unsubscribe": (("gkflow unsubscribe 退订码", said("by its token")),),
        "import": (
            ("gkflow import 台账.xlsx --dry-run", said("try it, row by row")),
            ("gkflow import 台账.csv --by 张三", said("import")),
        ),
        "export": (
            ("gkflow export -o 台账.csv", said("the register, which import reads")),
            ("gkflow export -o 台账.xlsx", said("a table for people")),
        ),
        "backup": (("gkflow backup /backup/gkflow-2026-11-28.zip", said("online, nothing has to stop")),),
        "restore": (("gkflow restore /backup/gkflow-2026-11-28.zip /srv/gkflow", said("restore and verify")),),
        "rules": (("gkflow rules adopt", said("what changes, and which deadlines move")),),
        "check": (("gkflow check", said("every rule file and the settings")),),
        "schema": (
            ("gkflow schema", said("list the kinds of file")),
            ("gkflow schema workflow", said("what a workflow file may hold")),
        ),
        "draw": (("gkflow draw request", said("the workflow of requests")),),
        "verify": (("gkflow verify", said("walk every chain")),),
        "rebuild": (("gkflow rebuild --dry-run", said("compare only")),),
        "db": (
            ("gkflow db rename", said("an older database gets the prefix gk_")),
            ("gkflow db grants portal", said("the rights of a role of PostgreSQL")),
            ("gkflow db copy postgresql://gkflow@db/gkflow", said("move the office to PostgreSQL")),
        ),
        "doctor": (("gkflow doctor", said("look at everything")),),
    }
)
