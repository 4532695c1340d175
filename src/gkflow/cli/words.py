"""The words of errors and findings (用语): Chinese beside the English of ``domain.errors``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from gkflow.cli.language import language, say
from gkflow.cli.vocabulary import ROLES, UNITS, word
from gkflow.domain.errors import GkflowError, Refused, Unfit, fill
from gkflow.domain.sentences import Sentence
from gkflow.words.language import CHINESE

ERRORS: dict[str, str] = {
    "account_unbound": "账户 {account} 没有对应的人员，不能办理（经办人 {by}）；"
    "请管理员在 gkflow.toml 的 [accounts] 中写明",
    "action_not_allowed": "案件 {case} 现在是“{state}”，不能“{action}”{cited}；可以：{allowed}",
    "approver_wrong": "{action}：{by} 无权批准，须由{roles}批准（{cite}）",
    "bad_calendar": "工作日历有误：{reason}",
    "bad_day": "“{value}”不是日期，请写成 2026-11-22",
    "bad_fact": "{action}：{label} 不能是“{value}”，应当是{rule}{cited}",
    "bad_now": "{variable}={value}：请写日期（2026-11-22）、时刻（2026-11-22T09:00）或者距今的天数（+400d）",
    "made_up_clock": "{variable}={value} 只供演示使用；守护进程按本机时间运行，请先取消这个环境变量",
    "bad_moment": "“{value}”不是日期或者时刻，请写成 2026-11-22 或者 2026-11-22T09:00+08:00",
    "address_missing": "用 {channel} 通知的，须写明地址（--address）",
    "address_is_local": "{channel} 的地址指向本机或者本链路；确需的，请设置 [webhook] allow_local = true",
    "chat_address_wrong": "{channel} 的地址应当是 apprise 地址，例如 wecombot://密钥",
    "mail_address_wrong": "{channel} 的地址应当是一个邮件地址，例如 name@example.gov.cn",
    "web_address_wrong": "{channel} 的地址应当是网址，例如 https://example.gov.cn/notify",
    "already_left": "这项订阅已经退订",
    "before_origin": "案件 {case}：{day} 早于来源案件 {origin} 的收件之日 {first}",
    "before_first": "案件 {case}：{day} 早于收件之日 {first}",
    "case_ended": "案件 {case} 已经办结（{state}），不能再“{action}”；可以：{allowed}",
    "case_misfiled": "案件 {case} 系误收，没有期限",
    "no_clocks": "案件 {case} 没有期限：还没有期限开始计算",
    "case_exists": "案件编号 {case} 已被使用，请换一个编号",
    "busy": "另有写入正在进行，数据库中断了本次操作，没有写入任何内容；请重试（{reason}）",
    "calendar_lost": "数据库 {place} 中有办理记录，采用的工作日历或者规则却不见了："
    "请用 gkflow verify 核验，再从备份恢复",
    "nothing_to_unsweep": "今天（{today}）以后的日子都没有巡检过，没有可以撤销的",
    "clock_ahead": "本机时间为 {now}，而最近一次写入是 {last}：请校准时间；"
    "确系停机或者休眠的，运行 gkflow sweep 补上，守护进程随即继续",
    "correction_unknown_entry": "更正记录：案件 {case} 没有第 {seq} 条记录",
    "correction_before_entry": "更正记录：{day} 早于被更正的第 {seq} 条记录的日期 {first}；更正记在作出更正的那一天",
    "correction_of_voided": "更正记录：案件 {case} 第 {seq} 条已被第 {by} 条作废，不能再更正；"
    "如作废有误，请先作废第 {by} 条",
    "first_not_voided": "案件 {case}：第一条记录是立案依据，不能作废；可以更正其日期或者要素；"
    "收件本身有误的，请办理“误收”（misfile）",
    "correction_wants_reason": "更正记录：请写明更正哪一条（seq）、更正什么和理由（reason）",
    "database_lost": "与数据库 {place} 的连接已中断：{reason}。操作若未完成，则没有写入任何内容；请重新操作",
    "database_unreachable": "连接不上数据库 {place}：{reason}",
    "day_far": "{day} 距今天（{today}）很远，请核对年份",
    "day_far_unsure": "{day} 距今天（{today}）很远，请核对年份；确实无误的加 --yes",
    "day_to_come": "{day} 还没有到（今天是 {today}）：办理记录只记已经发生的事",
    "extension_late": "{action}：{day} 才告知申请人，而期限已于 {last} 届满；延长须在届满前告知（{cite}）",
    "extension_no_clock": "{action}：答复期限现在没有届满日，无从延长（{cite}）",
    "extension_second": "{action}：{first} 已经延长过一次，依法只能延长一次（{cite}）",
    "extension_too_long": "{action}：写的是 {days} {counted_in}，只能延长 1 至 {most} {counted_in}（{cite}）",
    "extension_unapproved": "{action}：没有写明批准人，延长须经政府信息公开工作机构负责人同意（{cite}）",
    "fact_before_case": "{action}：{facts}写的是 {day}，早于本案第一天 {first}；请核对日期，收件之日有误的先更正",
    "fact_before_entry": "{action}：{facts}写的是 {day}，早于本条记录之日 {first}；请核对日期",
    "fact_moved": "{action}：{facts}已登记为 {was}，不能在这里改为 {now}；登记有误的用“更正记录”{cited}",
    "fact_to_come": "{action}：{facts}写的是 {day}，晚于 {last}；办理记录只记已经发生的事",
    "facts_out_of_order": "{action}：{facts}前后矛盾，后者 {day} 早于前者 {first}；请核对两个日期",
    "facts_missing": "{action}：还缺 {facts}，用 --fact 要素=值 补上（{cite}）{possible}",
    "files_at_fault": "规则文件有 {count} 处错误，请运行 gkflow check",
    "forked": "本机关的数据库是在进程 {there} 中打开的，却在进程 {here} 中使用：连接不能跨 fork 共用；"
    "请在 fork 之后由各进程分别打开",
    "key_reused": "幂等键“{key}”已用于另一件事（案件 {case} 第 {seq} 条）",
    "known_row_changed": "案件 {case} 第 {seq} 条已在册而内容不同，本行未采用；要改请用“更正记录”（correct_entry）",
    "later_than_now": "{moment} 还没有到；要试算请加 --simulate（不写入）",
    "moment_missing": "{action}：期限以小时计，须写明时刻",
    "no_draft": "没有草稿 {id}；gkflow drafts 列出全部草稿",
    "no_subscription": "没有退订码为“{token}”的订阅",
    "not_owner": "{action}：领域“{field}”由{owner_label}负责，不是{unit_label}（{cite}）",
    "nothing_adopted": "机关还没有采用日历和规则，请运行 gkflow init",
    "no_term": "{action}：须以“{clock_label}”逾期为前提，而这一期限没有起算，或者已因其他事由结束{cited}",
    "nothing_to_draw": "{since} 至 {until} 没有收到“{workflow}”案件，无从抽查",
    "origin_unknown": "案件 {case}：没有来源案件“{origin}”{mean}",
    "other_profile": "{place} 的机关适用 {found}，不是 {wanted}；要改请修改 gkflow.toml 中的 profile",
    "notice_at_fault": "{sentence}：{reason}",
    "too_many_rows": "xlsx 最多 {most} 行，请改用 csv",
    "published_to_come": "公布之日 {day} 还没有到（今天是 {today}）",
    "calendar_file_exists": "已有日历文件 {name}，请换一个文件名",
    "no_text": "{file} 的编码不是 {tried}；请另存为 UTF-8 文本",
    "published_missing": "{year}年的通知没有成文日期，请写明公布之日（--published）",
    "term_too_long": "{action}：{until} 写的是 {day}，最迟只能到 {last}（{cite}）",
    "term_too_short": "{action}：{until} 写的是 {day}，最早应当是 {last}；请改为较晚的日期{unless}（{cite}）",
    "too_early": "{action}：{last} 届满之后才能办理，现在是 {day}（{cite}）",
    "may_not_act_for": "账户 {account} 对应 {person}，不能以 {by} 的名义办理；可以：{allowed}"
    "（见 gkflow.toml 的 [[people]] acts_for）",
    "no_answer_to": "{action}：没有向“{ref}”征求意见的未结记录，请核对征求对象（ref）",
    "no_seals": "{file} 中没有封存，什么也没有核对；请写另行保管的封存文件",
    "no_seal": "{file} 第 {line} 行不是封存：既不是封存文件中的一行，也不是“编号 校验值”",
    "no_office": "这里还没有建立机关：{place}；请先运行 gkflow init",
    "not_yet_recorded": "{moment} 以前还没有案件 {case} 的记录",
    "not_opened": "案件 {case}：“{action}”不能在收件之前；案件从“{first}”开始",
    "ref_taken": "{action}：向“{ref}”征求意见尚未答复，请换一个征求对象（ref）",
    "role_missing": "{by} 无权“{action}”，须由{roles}办理",
    "row_wants": "“{label}”一栏是空的",
    "schema_version": "数据库版本为 {found}，本程序需要 {wanted}；请运行：{mend}",
    "settings": "设置有误：{file}：{reason}",
    "stale": "案件 {case} 刚刚有别人写入（第 {seq} 条已有），请重新查看后再办",
    "unit_mix": "以 {extension} 计的延长不能接在以 {unit} 计的期限之后",
    "unknown_edition": "没有以“{edition}”开头的规则版本，或者不止一个；有：{editions}",
    "unknown_action": "流程“{workflow}”没有动作“{action}”{mean}",
    "unknown_case": "没有案件“{case}”{mean}",
    "unknown_channel": "通知方式 {channel} 没有设置；有：{channels}",
    "unknown_clock": "案件 {case} 没有期限“{clock}”；有：{clocks}",
    "unknown_state": "没有状态“{state}”{mean}",
    "fact_kind": "{action}：{label} 的值不能是 {kind} 类型；应当是文字、数、是否、日期或者时刻",
    "fact_twice": "要素 {fact} 给了两次，而且不一样",
    "facts_no_mapping": "facts 应当是名称到值的对应，不能是 {kind} 类型",
    "not_a_text": "{name} 应当是文字，不能是 {kind} 类型",
    "unknown_fact": "{action}：没有要素“{fact}”{mean}",
    "unknown_limit": "没有期限“{limit}”{mean}",
    "unknown_person": "人员设置中没有“{person}”{mean}；有：{people}",
    "unknown_unit": "没有单位“{unit}”{mean}；有：{units}",
    "unknown_workflow": "没有流程“{workflow}”{mean}",
    "unreadable": "无法读写 {file}：{reason}",
    "columns_missing": "{file} 缺少必需的列：{columns}；现有的列：{found}",
    "columns_twice": "{file} 的列重复：{columns}",
    "no_file": "没有这个文件：{file}",
    "bad_database_url": "数据库地址无法识别；请写成 sqlite:///gkflow.db 或者 postgresql+psycopg://用户@主机/库名，"
    "密码中的 @ : / 写作 %40 %3A %2F（database.url）",
    "backup_elsewhere": "办理记录在 {place}，请用它自己的工具：pg_dump --format=custom --file=文件，"
    "并另存 gkflow.toml、config/ 和 workflows/",
    "file_exists": "文件 {file} 已经存在，请换一个文件名",
    "not_a_backup": "{file} 不是完整的 gkflow 备份，没有恢复",
    "office_exists": "{folder} 中已有机关，没有恢复；请换一个空文件夹",
    "bad_encoding": "{what} 不是 UTF-8 文本",
    "database_damaged": "数据库已损坏（{reason}）：请保留现状另存一份，再从备份恢复",
    "database_failed": "数据库不予执行：{reason}",
    "database_readonly": "数据库不可写：运行 gkflow 的账户需要对该文件及其文件夹有写入权限，磁盘也不能已满",
    "database_unopened": "数据库打不开：请检查文件夹、权限和磁盘（{reason}）",
    "disk_full": "磁盘已满，没有写入；请腾出空间再办",
    "too_deep": "所给内容嵌套过深或者过大，没有办理",
    "database_missing": "数据库 {place} 不见了，而 {settings} 写明了它：请从备份恢复（gkflow restore）或者更正地址；"
    "确实要从空库重新开始的，运行 gkflow init --new-database",
    "not_a_database": "{file} 不是 gkflow 数据库，未作任何改动；请从备份恢复，或者更正地址（database.url）",
    "not_a_demo": "{folder} 已经存在，并且不是 gkflow demo 建立的；请用 --folder 另选一个文件夹",
    "not_a_workbook": "{file} 不是可以读取的 Excel 工作簿（xlsx，不带密码）",
    "old_excel": "{file} 是旧的 xls 格式，请另存为 xlsx 或者 csv",
    "row_unreadable": "{file} 第 {row} 行读不出来：{reason}",
    "too_many_cells": "比表头多出 {count} 格：单元格里有逗号，或者整行错位",
    "two_workflows": "案件 {case} 的流程是“{label}”，与本行不同",
    "unknown_encoding": "{file} 的编码不是 {tried}；请用 --encoding 指明",
    "cell_day": "“{label}”一栏：{value} 超出电子表格所能表示的日期",
    "cell_digits": "“{label}”一栏：{value} 是超过 15 位的数字，电子表格会改动第 15 位以后的数字；请把该列设为文本格"
    "式后重新录入",
    "cell_error": "“{label}”一栏显示为 {value}，是电子表格的错误值；请改正公式",
    "cell_formula": "“{label}”一栏的公式没有保存结果；请用电子表格软件打开并保存后再导入",
    "cell_of_lines": "单元格内既有换行又有分隔符（本行占 {lines} 行）：请核对是否缺了引号",
    "cell_too_long": "有单元格长 {length} 字，xlsx 最多 {most} 字；请改用 csv",
    "controls_in_text": "“{label}”一栏含有控制字符（{marks}）；已照录，显示时不起作用",
    "file_too_large": "{file} 有 {size} MB，最多读取 {most} MB",
    "file_unpacks": "{file} 解压后有 {size} MB，最多读取 {most} MB：台账不会有这么大",
    "line_too_long": "{file} 有一行超过 {most} 字",
    "look_alike": "案件编号 {case} 与 {other} 相似，仍作两件案件；确系同一件的，请改正台账",
    "mark_refused": "“{label}”一栏含有不能保存的字符（{marks}），请删去",
    "name_too_long": "“{label}”一栏有 {length} 字，最多 {most} 字",
    "number_folded": "案件编号写作“{written}”，含有全角字符或者不可见字符，按 {case} 处理",
    "quote_open": "{file} 第 {row} 行的引号没有闭合；请补上或者删去引号后再次导入",
    "quote_swallows": "{file} 第 {row} 行的引号没有闭合，吞掉了后面像是另外 {lines} 行的内容，"
    "这些行都没有导入；请补上或者删去引号后再次导入",
    "rows_out_of_order": "{file} 的第 {row} 行排在第 {before} 行之后，文件已损坏；请用电子表格软件打开并另存",
    "sheet_too_large": "{file} 第 {row} 行超出工作表的范围（{rows} 行、{columns} 列）",
    "sheets_unread": "只读取第一张工作表；其他工作表也有内容：{sheets}",
    "text_turned": "“{label}”一栏含有改变文字方向的字符（{marks}）；已略去，请核对文字顺序",
    "too_many_columns": "{file} 有 {count} 列，最多读取 {most} 列",
    "year_too_early": "{day}：早于 {first} 年，不可能是办理日期，请核对年份",
    "out_of_range": "给出的日期或者数字太小或者太大，无法推算",
    "wrong_use": "{reason}",
}

# What a finding says, and what to do about it; {action}, {state}, {clock} and {facts} stand for their labels.
FINDINGS: dict[str, tuple[str, str]] = {
    "not_allowed": (
        "当时的状态是“{state}”，按流程不能“{action}”；已照实登记，请核对是否漏记了前面的步骤",
        '"{action}" is not allowed in state "{state}"; taken as it happened: was a step before it left out?',
    ),
    "facts_missing": (
        "“{action}”缺少：{facts}；请用“更正记录”补录",
        '"{action}" lacks: {facts}; add them with correct_entry',
    ),
    "facts_wanted": (
        "“{action}”没有写明{facts}，期限可能因此不同（{cite}）；请用“更正记录”补录",
        '"{action}" does not say {facts}; what is reckoned may depend on it ({cite}); add it with correct_entry',
    ),
    "served_unknown": (
        "向“{ref}”征求意见没有写明对方收到之日，无法推算对方逾期之日；请补录 served",
        'the consultation of "{ref}" has no day of receipt (served), so no lapse is reckoned; add it',
    ),
    "no_limit_in_force": (
        "起算之日还没有“{clock}”这一期限，不计时；请核对日期",
        'no limit "{clock}" was in force on that day: the duty did not exist; check the day',
    ),
    "no_open_consultation": (
        "“{action}”没有对应的征求意见记录（征求对象：{ref}），不影响期限；请核对征求对象",
        '"{action}" answers no open consultation (ref: {ref}) and moves nothing; check the ref',
    ),
    "second_notice": (
        "第二次“{action}”：补正应当一次性告知（条例第三十条），期限不再等待，照常计算",
        'a second "{action}": it is told once (Art. 30), so the clock does not wait',
    ),
    "notice_late": (
        "“{action}”晚于法定期限，期限没有等待；请留意原届满日",
        '"{action}" came too late, so the clock did not wait; mind the original last day',
    ),
    "restart_without_notice": (
        "“{action}”之前没有相应的通知，期限不重新计算；漏记通知的请补录",
        '"{action}" without a notice before it restarts nothing; enter the notice if it was left out',
    ),
    "second_restart": (
        "第二次“{action}”不再重新计算期限",
        'a second "{action}" restarts nothing',
    ),
    "power_lapsed": (
        "“{action}”应当在 {last} 以前，实际为 {day}：已过期限，请评估风险",
        '"{action}" had to come by {last} and came on {day}: the power had lapsed; weigh the risk',
    ),
    "extension_late": (
        "延长于 {day} 告知，晚于届满日 {last}（{cite}）；届满日按登记的天数推算，复议诉讼中可能不被认可",
        "the extension was told on {day}, after the last day {last} ({cite}); it may not stand before a court",
    ),
    "extension_no_clock": (
        "延长时“{clock}”没有在计的届满日（尚未起算、正在等待或者已经停止），延长不生效（{cite}）；请核对",
        'the clock "{clock}" had no last day to extend (not begun, waiting or stopped), nothing is extended ({cite}); '
        "check it",
    ),
    "extension_second": (
        "{first} 已经延长过一次，依法只能延长一次（{cite}）；请核对",
        "extended once already on {first}; the law gives one extension ({cite})",
    ),
    "extension_too_long": (
        "写明延长 {days} {counted_in}，只能延长 1 至 {most} {counted_in}（{cite}）；届满日只计合法的部分",
        "extended by {days} {counted_in}s, 1 to {most} are lawful ({cite}); only the lawful part is counted",
    ),
    "extension_unapproved": (
        "延长没有写明批准人，须经政府信息公开工作机构负责人同意（{cite}）；请补录 approved_by",
        "the extension names nobody who approved it ({cite}); add approved_by",
    ),
    "not_the_same": (
        "“{action}”：{facts}应当相同，记录的是“{one}”和“{other}”（{cite}）；请核对",
        '"{action}": {facts} should agree, but are "{one}" and "{other}" ({cite}); check them',
    ),
    "late_before_restart": (
        "“{action}”于 {day} 办理，晚于上一期的届满日 {last}；期限已重新计算，逾期仍予记录",
        '"{action}" came on {day}, after the last day {last} of the round before; it began anew, the lateness stays',
    ),
    "moment_missing": (
        "期限以小时计，而“{action}”没有写明时刻，从 {day} 零时起算；请用“更正记录”补录",
        'the limit runs in hours, but "{action}" has no moment: counted from the beginning of {day}; add it',
    ),
    "term_too_long": (
        "写明的届满日 {day} 晚于规定的 {last}（{cite}），仍以 {last} 为届满日；请核对",
        "the day named ({day}) is later than allowed ({last}; {cite}); {last} holds; check it",
    ),
    "term_too_short": (
        "写明的届满日 {day} 早于规定的 {last}（{cite}），期限仍到 {last} 届满；可以说明理由缩短的，请补录理由",
        "the day named ({day}) is earlier than allowed ({last}; {cite}), so the term runs to {last}; "
        "add the reason where one may shorten it",
    ),
    "too_early": (
        "“{action}”于 {day} 办理，而期间到 {last} 才届满（{cite}）；请评估效力",
        '"{action}" was done on {day}, before the term had run out on {last} ({cite}); weigh its effect',
    ),
    "act_late": (
        "“{action}”于 {day} 作出，晚于届满日 {last}，逾期 {days} 个工作日（{cite}）",
        '"{action}" came on {day}, {days} working days after the last day {last} ({cite}): late',
    ),
    "act_late_unless_extended": (
        "“{action}”于 {day} 作出，晚于届满日 {last}，超过 {days} 个工作日；依法办理过延长的不算逾期，请补录（{cite}）",
        '"{action}" came on {day}, {days} working days after the last day {last} ({cite}): '
        "late unless it was extended; enter the extension if there was one",
    ),
    "consultation_open": (
        "“{action}”时向“{ref}”征求意见尚未答复（{since} 发出，{cite}）；请核对是否先行公开",
        '"{action}" while the consultation of "{ref}", of {since}, was still open ({cite}); check it',
    ),
    "effect_not_held": (
        "“{action}”当时对“{clock}”没有这一效力（规则效力：{since} 起，{until} 止），期限照常计算",
        '"{action}" had no such effect on "{clock}" on that day (the rule holds from {since} to {until}): it ran on',
    ),
    "fact_before_case": (
        "“{action}”的{facts}写的是 {day}，早于本案第一天 {first}；请核对",
        '"{action}": {facts} = {day} lies before the first day of the case, {first}; check it',
    ),
    "fact_before_entry": (
        "“{action}”的{facts}写的是 {day}，早于该条记录之日 {first}；请核对",
        '"{action}": {facts} = {day} lies before the entry itself, {first}; check it',
    ),
    "fact_moved": (
        "“{action}”把{facts}由 {was} 写成 {now}（{cite}）；请核对",
        '"{action}" says {facts} = {now} where {was} is on record ({cite}); check it',
    ),
    "fact_to_come": (
        "“{action}”的{facts}写的是 {day}，晚于 {last}；请核对",
        '"{action}": {facts} = {day} is later than {last}; check it',
    ),
    "facts_out_of_order": (
        "“{action}”的{facts}前后矛盾：后者 {day} 早于前者 {first}；请核对",
        '"{action}": of {facts} the second, {day}, lies before the first, {first}; check them',
    ),
    "no_term": (
        "“{action}”须以“{clock}”逾期为前提，而这一期限没有起算，或者已因其他事由结束（{cite}）；请评估效力",
        '"{action}" rests on the lapse of "{clock}", which never began or was ended by something else ({cite}); '
        "weigh its effect",
    ),
    "unit_mix": (
        "延长的单位与期限不同，没有计入（{cite}）；请核对",
        "the extension is in another unit than the limit and was not reckoned ({cite})",
    ),
}

# English that comes inside an error's facts, and its Chinese.
_INSIDE: tuple[tuple[str, str], ...] = (
    (r"^ \(do you mean (.*)\?\)$", "，是不是 {0}？"),
    (r"^; there are: (.*)$", "；有：{0}"),
    (r"^ on (\S+); its first entry is of (\S+)$", "（截至 {0}）；它的第一条记录在 {1}"),
    (r"^a day, as 2026-11-22$", "日期，如 2026-11-22"),
    (r"^a moment, as 2026-11-22 10:30$", "时刻，如 2026-11-22 10:30"),
    (r"^an amount in 万元.*$", "以万元计的金额，如 0.2；也可以写明单位，如 2000元"),
    (r"^a choice that the reading leaves open \((.*)\)$", "本机关适用的口径所允许的选项（{0}）"),
    (r"^, or state the reason where one is enough \((.*)\)$", "，确需缩短的写明理由（{0}）"),
    (r"^a day of (\d+) or later$", "{0} 年以后的日期，请核对年份"),
    (r"^a whole number$", "整数"),
    (r"^a whole number of at most 15 digits$", "至多 15 位的整数"),
    (r"^a number$", "数"),
    (r"^a number of at most 15 digits$", "至多 15 位的数"),
    (r"^text without (.*)$", "不含 {0} 的文字"),
    (r"^one of (.*)$", "其中之一：{0}"),
    (r"^18 characters whose check digit agrees \((.*)\)$", "18 位且校验码相符（{0}）"),
    (r'^no clock "(.*)"; there are: (.*)$', "没有期限“{0}”；有：{1}"),
    (r"^no escalation (.*)$", "没有督办记录 {0}"),
    (r"^a last day is recounted by adopting a calendar, not by hand$", "届满日由采用日历而重新推算，不能人工办理"),
    (r"^(\S+) is not supported; write it as (.*)$", "不支持 {0}；请写成 {1}"),
    (r"^(\S+) is not supported$", "不支持 {0}"),
    (r"^(\S+) is missing: install (.*)$", "缺少 {0}，请安装 {1}"),
    (
        r"^several schemas hold an office \((.*)\): name one, (.*)$",
        "有几个 schema 各有一个机关（{0}）：请写明一个，{1}",
    ),
    (r"^edition (\S+) was not kept$", "版本 {0} 没有保存"),
    (r"^hash (\S+): .*$", "本机不支持摘要算法 {0}"),
    (r"^a limit in (\S+) has no last day by counting$", "以 {0} 计的期限不能用计数推算"),
    (r"^an acknowledgement needs words$", "签收须写明处理意见（--words）"),
    (
        r"^the first entry opens the case and cannot be voided.*$",
        "第一条记录开立案件，不能作废；可以更正它的日期或者要素",
    ),
    (r"^working day (\S+) from (\S+) lies beyond (\S+)$", "从 {1} 起第 {0} 个工作日超出了 {2}"),
    (
        r"^no statutory days off are known after (\d+), and (\d+) was reached$",
        "{0} 年以后的法定节假日无从推定，而推算到了 {1} 年",
    ),
    (r"^case (\S+) is a (\S+) in an earlier row$", "案件 {0} 在前面的行中属于流程 {1}"),
    (r"^case (\S+) is a (\S+)$", "案件 {0} 属于流程 {1}"),
)


def error_words(error: GkflowError) -> str:
    """One clear line: what, where, by which article, what to do next."""
    if language() == "en" or error.code not in ERRORS:
        return " ".join(str(error).split("\n"))
    cite = error.facts.get("cite")
    possible = error.facts.get("possible")
    more = {"cited": f"（{cite}）" if cite else "", "possible": f"；{possible}" if possible else ""}
    facts = {"label": error.facts.get("fact", ""), **error.facts, **more}
    labels = _labels(str(facts.get("workflow", ""))) if {"action", "allowed", "state", "first"} & facts.keys() else {}
    told: dict[str, Any] = {}
    for name, value in facts.items():
        if name in ("action", "first", "state"):
            told[name] = labels.get(str(value), value)
        elif name in ("counted_in", "unit", "extension") and value in UNITS:
            told[name] = word(UNITS, value)
        elif name == "workflow":
            told[name] = _workflow_label(str(value))
        elif name == "allowed":
            told[name] = "、".join(labels.get(each, each) for each in value)
        elif name == "roles":
            told[name] = "、".join(word(ROLES, role) for role in value)
        elif isinstance(value, (list, tuple)):
            told[name] = "、".join(map(str, value))
        else:
            told[name] = inside(value) if isinstance(value, str) else value
    return fill(ERRORS[error.code], told)


def _labels(first: str) -> dict[str, str]:
    """
    The labels of actions and states, those of the workflow *first* before all others, from the rule files as they
    stand; none where they cannot be read.
    """
    from gkflow.bootstrap import home_folder, rulebook, settings_of

    try:
        home = home_folder()
        workflows = rulebook(home, settings_of(home).profile).workflows.values()
    except GkflowError:
        return {}
    found: dict[str, str] = {}
    for workflow in sorted(workflows, key=lambda each: each.name != first):
        for state in workflow.states.values():
            found.setdefault(state.name, state.label)
        for action in workflow.actions.values():
            found.setdefault(action.name, action.label)
    return found


def _workflow_label(name: str) -> str:
    from gkflow.bootstrap import home_folder, rulebook, settings_of

    try:
        home = home_folder()
        flow = rulebook(home, settings_of(home).profile).workflows.get(name)
    except GkflowError:
        flow = None
    return f"{flow.label}({name})" if flow is not None else name


def inside(text: str) -> str:
    """Chinese for the English that stands in an error's facts; other text as it is."""
    if isinstance(text, Sentence) and (said := CHINESE.text(text)) != text:
        return said
    for pattern, words in _INSIDE:
        if found := re.match(pattern, text):
            return words.format(
                *(part.replace(" or ", "、").replace(", ", "、").replace('"', "") for part in found.groups())
            )
    from gkflow.cli.fault_words import words_of
    from gkflow.cli.system_words import said_in_chinese

    return said_in_chinese(text) or words_of(text)


def finding_words(code: str, facts: Mapping[str, Any], label: Callable[[str, str], str]) -> str:
    """
    What a finding says, and what to do. ``label(kind, name)`` gives the word for an action, a state, a clock or
    a fact of the case's workflow.
    """
    pair = FINDINGS.get(code)
    if pair is None:
        return f"{code} {dict(facts)}"
    told: dict[str, Any] = {}
    for name, value in facts.items():
        if name in ("action", "state", "clock"):
            told[name] = label(name, str(value))
        elif name == "counted_in":
            told[name] = word(UNITS, value)
        elif name == "facts":
            told[name] = say("、", ", ").join(label("fact", each) for each in value)
        else:
            told[name] = value
    return fill(say(*pair), told)


def known_error(error: Exception) -> GkflowError | None:
    """The error of gkflow behind what the system or a library raised (外部错误); None where nobody foresaw it."""
    import sys

    if isinstance(error, UnicodeError):
        return Unfit("bad_encoding", what=say("所给内容", "what was given"))
    if isinstance(error, OSError) and error.errno is not None:
        from gkflow.cli.output import reason

        return Unfit("unreadable", file=error.filename or say("文件", "a file"), reason=reason(error))
    if isinstance(error, OverflowError):  # a day beyond the years 1 to 9999, a number beyond the columns
        return Refused("out_of_range")
    if isinstance(error, (RecursionError, MemoryError)):
        return Unfit("too_deep")
    if "sqlite3" in sys.modules and "sqlalchemy" in sys.modules:
        from gkflow.store.failures import known_failure

        return known_failure(error)
    return None


def unexpected(error: Exception) -> str:
    """What nobody foresaw, in one line."""
    told = " ".join(str(error).split())
    return say(f"出乎意料的错误 {type(error).__name__}：{told}（GKFLOW_DEBUG=1 可见详情）",
               f"{type(error).__name__}: {told} (GKFLOW_DEBUG=1 shows where)")  # fmt: skip
