"""Examples for the help of each command (示例): the line as it is typed, and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

EXAMPLES: Mapping[str, tuple[tuple[str, str, str], ...]] = MappingProxyType(
    {
        "init": (
            ("gkflow init --name 某市人民政府办公室 --unit GK", "在当前文件夹建立机关", "set up an office here"),
            ("gkflow init /srv/gkflow --profile zhongshan", "连同地方规则和机关", "with the rules of a place"),
        ),
        "demo": (("gkflow demo --folder demo", "演示，不影响任何机关", "a demonstration; no office is touched"),),
        "receive": (
            (
                "gkflow receive --fact channel=in_person --fact applicant=natural_person",
                "今天当面收到一件申请",
                "an application handed in today",
            ),
            (
                "gkflow receive penalty --day 昨天 --number 穗罚〔2026〕1号",
                "昨天作出的行政处罚决定，编号自定",
                "a penalty decided yesterday, with its own number",
            ),
        ),
        "do": (
            ("gkflow do GK-2026-0001", "可以办什么、须填哪些要素", "what may be done, with which facts"),
            (
                "gkflow do GK-2026-0001 extend --fact days=20 --fact approved_by=李四",
                "延长答复期限",
                "extend the reply limit",
            ),
            (
                "gkflow do GK-2026-0001 答复 --day 11月27日 --fact decision=D-PUB --fact method=posted --dry-run",
                "试算，不写入",
                "reckon only",
            ),
        ),
        "drafts": (("gkflow drafts enter 3 --fact channel=fax", "补齐后提交", "enter it with what was missing"),),
        "cases": (
            ("gkflow cases --overdue", "逾期未办的", "those overdue"),
            ("gkflow cases --due-within 5 -o 台账.xlsx", "5 个工作日内届满的，写成表格", "due soon, as a table"),
        ),
        "show": (("gkflow show GK-2026-0001", "一件案件的全部情况", "everything about one case"),),
        "explain": (("gkflow explain GK-2026-0001 --clock reply", "答复期限逐日推算", "the reply limit, day by day"),),
        "deadline": (("gkflow deadline 2022-09-30 20", "9月30日起 20 个工作日", "20 working days from 30 September"),),
        "calendar": (
            ("gkflow calendar 2026-10", "一个月的工作日", "the working days of a month"),
            ("gkflow calendar adopt 通知.txt", "读入放假通知", "read a notice of days off"),
            ("cat 通知.txt | gkflow calendar adopt - --dry-run", "从标准输入读入", "from standard input"),
        ),
        "feed": (("gkflow feed --officer 张三 -o 张三.ics", "订阅文件", "a calendar feed"),),
        "limits": (("gkflow limits --workflow request", "依申请公开的期限", "the limits of requests"),),
        "duties": (("gkflow duties --through 2027-12-31", "到时自动立案的职责", "the duties that come round"),),
        "sweep": (("gkflow sweep", "补上漏巡的每一天", "sweep every day that was missed"),),
        "deliver": (("gkflow deliver", "送发待发通知", "send what waits"),),
        "daemon": (
            ("gkflow daemon", "常驻运行（见 docs/operations.zh-CN.md）", "run until stopped (docs/operations.md)"),
            ("gkflow daemon --once", "供 cron 调用", "for cron"),
        ),
        "escalations": (("gkflow escalations --unacknowledged", "尚未签收的督办", "those not acknowledged"),),
        "ack": (("gkflow ack 12 --words 已与申请人联系", "签收第 12 条督办", "acknowledge escalation 12"),),
        "notices": (("gkflow notices --dead", "不再重试的通知", "those given up"),),
        "rates": (("gkflow rates --since 2026-01-01", "今年以来的按期率", "this year's rates"),),
        "score": (("gkflow score --since 2026-01-01", "今年以来的得分", "this year's points"),),
        "remedies": (("gkflow remedies --year 2026", "年度报告表四", "table four of the annual report"),),
        "spot-check": (
            ("gkflow spot-check permit --count 5 --seed 2026-11", "抽取 5 件行政许可", "draw five permits"),
        ),
        "subscribe": (
            (
                "gkflow subscribe 张三 --channel mail --address a@example.cn",
                "订阅全部公开信息",
                "subscribe to everything",
            ),
        ),
        "subscriptions": (("gkflow subscriptions", "列出订阅", "list them"),),
        "unsubscribe": (("gkflow unsubscribe 退订码", "退订", "by its token"),),
        "import": (
            ("gkflow import 台账.xlsx --dry-run", "试导入，逐行报告", "try it, row by row"),
            ("gkflow import 台账.csv --by 张三", "导入", "import"),
        ),
        "export": (
            ("gkflow export -o 台账.csv", "导出台账，可以再导入", "the register, which import reads"),
            ("gkflow export -o 台账.xlsx", "给人看的表格：中文表头和名称", "a table for people"),
        ),
        "backup": (
            ("gkflow backup /backup/gkflow-2026-11-28.zip", "在线备份，不必停机", "online, nothing has to stop"),
        ),
        "restore": (("gkflow restore /backup/gkflow-2026-11-28.zip /srv/gkflow", "恢复并核验", "restore and verify"),),
        "rules": (("gkflow rules adopt", "列出规则改动和受影响的期限", "what changes, and which deadlines move"),),
        "check": (("gkflow check", "检查全部规则文件和设置", "every rule file and the settings"),),
        "schema": (
            ("gkflow schema", "列出各种文件", "list the kinds of file"),
            ("gkflow schema workflow", "流程文件的格式", "what a workflow file may hold"),
        ),
        "draw": (("gkflow draw request", "依申请公开的流程图", "the workflow of requests"),),
        "verify": (("gkflow verify", "核验全部记录", "walk every chain"),),
        "rebuild": (("gkflow rebuild --dry-run", "只比较，不写入", "compare only"),),
        "doctor": (("gkflow doctor", "全面检查", "look at everything"),),
    }
)
