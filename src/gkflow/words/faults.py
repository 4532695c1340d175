"""
The words of a fault in a data file (规则文件错误的用语): Chinese beside the English in which the reader notes it.

A reader says what is wrong in English, with the place; here each of these sentences has its Chinese. A test walks
through the source and finds a sentence that has none.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

from gkflow.domain.errors import Fault
from gkflow.domain.sentences import Sentence
from gkflow.words.language import CHINESE, ENGLISH, spoken
from gkflow.words.system import SAID
from gkflow.words.vocabulary import UNITS

_NOUNS = {
    "action": "动作", "choice": "选项", "clock": "期限", "duty": "周期职责", "fact": "要素", "field": "领域",
    "holiday": "节假日", "instrument": "法律文件", "item": "条目", "key": "键", "ladder": "督办梯级",
    "limit": "期限标准", "list": "代码表", "notice": "通知", "person": "人员", "profile": "地方规则",
    "reading": "口径", "region": "地区", "role": "职责", "scope": "适用范围", "state": "状态", "step": "步骤",
    "colour": "颜色", "case": "案件", "plan": "方案",
    "unit": "机关", "workflow": "流程", "points": "分值", "same": "相同要素", "facts": "要素",
}  # fmt: skip
# Kinds of facts and what a value of a file may be.
_KINDS = {
    "one mail address such as name@example.gov.cn": "一个邮件地址，例如 name@example.gov.cn",
    "a web address such as https://example.gov.cn/notify": "网址，例如 https://example.gov.cn/notify",
    "an apprise address such as wecombot://key": "apprise 地址，例如 wecombot://密钥",
    "a text": "文本", "a text in quotes": "加引号的文本", "a whole number": "整数", "a number": "数",
    "true or false": "true 或者 false", "a day such as 2019-05-15": "日期，例如 2019-05-15",
    "a list of texts": "文本列表", "a mapping": "一组键值",
    "letters, figures or Chinese characters, as CF or 处罚": "字母、数字或者汉字，例如 CF、处罚",
    "a mapping of names": "以名称为键的一组内容",
    "a list of days": "日期列表", "an hour such as 08:30": "时刻，例如 08:30", "the name of a limit": "期限标准的名称",
    "a name": "名称", "a label": "名称（label）", "the name of a fact": "要素的名称", "names of facts": "要素的名称",
    "the name of a fact on this record": "本记录中要素的名称", "the name of the holiday": "节假日的名称",
    "a number of points for one of the choices": "某个选项的分值", "empty": "空白", "a list": "列表",
    "it names who approved": "是批准人", "a remark or a correction carries it as well": "也用于备注和更正",
    "office": "本机关", "applicant": "申请人", "other": "其他人", "day": "日期", "moment": "时刻",
    "choice": "选项", "number": "数", "flag": "是否",
}  # fmt: skip
_WANTED = (
    (r"a whole number of at least (.+)", "不小于 {0} 的整数"),
    (r"one of (.+)", "其中之一：{0}"),
    (r"one table (.+)", "只写一次的一节 {0}"),
    (r"among (.+)", "其中之一：{0}"),
    (r"(.+), or the facts that decide", "{0}，或者起决定作用的要素"),
)
_BODIES: tuple[tuple[str, str], ...] = (
    # reading any file
    (r"cannot be read: (.+)", "无法读取：{0}"),
    (r"is not UTF-8 \(byte (\S+)\)", "不是 UTF-8 编码（第 {0} 字节）"),
    (r"is not (TOML|YAML): (.+)", "不符合 {0} 的写法：{1}"),
    (r"is empty", "是空的"),
    (r"must be a mapping of keys", "应当是一组键值"),
    (r"(.+) must be (.+), not (.+)", "{0} 应当是{1}，现在是{2}"),
    (r"(\w+) points to this machine or its link \((.+)\)", "{0} 指向本机或者本链路（确需的设置 {1}）"),
    (r'no role or person "(.+)"', "没有职责或者人员“{0}”"),
    (r'unknown key "(.+)"', "没有“{0}”这个键"),
    (r'key "(.+)" is missing', "缺少键“{0}”"),
    (r'(.+) names "(.+)" twice', "{0} 把“{1}”写了两次"),
    (r'write a name in a-z, 0-9 and _', "名称只能用 a-z、0-9 和 _"),
    (r"an alias stands inside its own anchor", "别名出现在它自己的锚之内"),
    (r"a key must be a word or a day", "键应当是单词或者日期"),
    (r'no key may be called "(.+)": YAML reads it as true or false', "键不能叫“{0}”：YAML 会读成 true 或者 false"),
    (r'key "(.+)" is no word; write it in quotes', "键“{0}”不是单词，请加引号"),
    (r'key "(.+)" stands here again \(first on line (.+)\)', "键“{0}”重复（首次在第 {1} 行）"),
    (r'"(.+)": write true or false, or put the word in quotes', "“{0}”：请写 true 或者 false，或者加引号"),
    (r'"(.+)" is no day', "“{0}”不是日期"),
    (r"the tag (.+) is not accepted", "不接受标签 {0}"),
    (r"is larger than (\S+) MB: no rule file is so large", "超过 {0} MB：规则文件不会有这么大"),
    (r"is nested more than (\S+) levels deep", "嵌套超过 {0} 层"),
    (r"holds more than (\S+) values with its aliases written out", "展开别名后超过 {0} 个值"),
    # a mapping of columns
    (r"the headings stand in one of the first (\S+) rows", "表头应当在前 {0} 行之内"),
    (r'"(.+)" is mapped as well', "“{0}”同时写在 columns 中"),
    (r"(.+) must be a text, a number or a day", "{0} 应当是文本、数或者日期"),
    (r'"(.+)" names no column or fact', "“{0}”没有写对应的列或者要素"),
    (r"when names one fact and its values", "when 应当写一个要素和它的取值"),
    (r'no column or fact "(.+)"', "没有这个列或者要素：“{0}”"),
    (r'"(.+)" is given already \(line (\S+)\)', "“{0}”在第 {1} 行已经写过"),
    (r'"(.+)" is no column of this mapping', "“{0}”不是本对照文件中的列"),
    (r"(.+) must be a mapping of words", "{0} 应当是一组取值对照"),
    (r'(.+) has no choice "(.+?)"; there are: (.+)', "{0} 没有选项“{1}”；有：{2}"),
    # names
    (r'no (\w+) "(.+?)"; there are: (.*)', "没有{0}“{1}”；有：{2}"),
    (r'no (\w+) "(.+?)" of (.+)', "{2} 没有{0}“{1}”"),
    (r'no readings of "(.+?)" to choose among', "“{0}”没有可选的口径"),
    (r'no (\w+) "(.+?)" \((.+)\)', "没有{0}“{1}”（{2}）"),
    (r'no (\w+) "(.+?)"', "没有{0}“{1}”"),
    (r'(.+) has no readings of "(.+?)"', "{0} 没有关于“{1}”的口径"),
    (r'(.+) has no reading "(.+?)" of (.+)', "{0} 关于 {2} 没有口径“{1}”"),
    (r'(\w+) "(.+?)" of (.+) has no choice "(.+?)"', "{2} 的{0}“{1}”没有选项“{3}”"),
    (r'(\w+) "(.+?)" has no choice "(.+?)"', "{0}“{1}”没有选项“{2}”"),
    (r'(.+) has no (\w+) "(.+?)"', "{0} 没有{1}“{2}”"),
    (r'(.+) "(.+?)" stands in a file called (.+)', "{0}“{1}”写在名为 {2} 的文件里"),
    (r'(.+) "(.+?)" stands in another file too', "{0}“{1}”在另一个文件里也有"),
    (r'field "(.+?)" is owned by "(.+?)" already', "领域“{0}”已由“{1}”负责"),
    (r'"(.+?)" is no role; there are: (.+)', "“{0}”不是职责；有：{1}"),
    # law
    (r"has no value", "没有任何数值"),
    (r"what never leaves has no conditions \(when, needs\)", "从不公开的，不写条件（when、needs）"),
    (r"open_when says when a masked fact is open: published must be masked",
     "open_when 说明遮盖的要素何时公开：published 应当是 masked"),
    (r'(?:fallback: )?no role or person "(.+?)"', "没有职责或者人员“{0}”"),
    (r'cite: "(.+?)" stands before what ranks above it; write: (.+)',
     "依据次序：“{0}”写在了位阶更高的依据之前（先国家规定，后地方规定），应当写作：{1}"),
    (r"has neither title nor number", "既没有标题（title）也没有文号（number）"),
    (r'"(.+)" is no day; a value stands under the day it holds from', "“{0}”不是日期：每个数值写在它的施行之日之下"),
    (r"succeeds itself", "不能接续它自己"),
    (r'a profile may only tighten; "(.+?)" binds the (.+), "(.+?)" the (.+)',
     "地方规则只能从严：“{0}”约束{1}，“{2}”约束{3}"),
    (r'a profile may only tighten; "(.+?)" is (\w+) and not (\w+), which is another rule than (.+) allows, from (.+)',
     "地方规则只能从严：“{0}”是 {1}，不是 {2}，与{3}的规则不同（{4} 起）"),
    (r'a profile may only tighten; "(.+?)" \((.+)\) cannot be compared with (.+) and may be looser than (.+) allows, '
     r"from (.+)", "地方规则只能从严：“{0}”（{1}）与 {2} 无从比较，可能比{3}宽松（{4} 起）"),
    (r'a profile may only tighten; "(.+?)" \((.+)\) is longer than (.+) allows, from (.+)',
     "地方规则只能从严：“{0}”（{1}）比{2}规定的长（{3} 起）"),
    (r'a profile may only tighten; "(.+?)" \((.+)\) is shorter than (.+) allows, from (.+)',
     "地方规则只能从严：“{0}”（{1}）比{2}规定的短（{3} 起）"),
    (r"a profile may only tighten; (.+)", "地方规则只能从严：{0}"),
    (r"roll says nothing of a limit in (.+)", "以 {0} 计的期限不需要 roll"),
    (r"only days and working days are counted back, not (.+)", "只有日和工作日可以倒推计算，{0} 不可以"),
    (r"what is due before a day is rolled back \(previous_working_day\), never on",
     "倒推计算的期限遇休息日只能提前（previous_working_day），不能顺延"),
    (r"a fixed date has month and day, no length", "固定日期写 month 和 day，不写 length"),
    (r"(.+) belongs to unit fixed_date", "“{0}”只用于 unit: fixed_date"),
    (r"month (.+), day (.+) is no day of every year", "{0} 月 {1} 日不是每年都有的日期"),
    (r"a house rule is known as proposal or inference, not (.+)",
     "内部规定的 known 只能是 proposal 或者 inference，不能是 {0}"),
    (r"a proposal is no (.+); it belongs under rank house", "proposal 不属于 {0}，应当放在 rank: house 之下"),
    (r"known as found, but the sentence is not quoted \(quote\)", "写明 found（已核对原文），却没有引用原文（quote）"),
    (r"(\S+) stands under (.+)", "{0} 写在 {1} 之下"),
    # ladders
    (r"a step opens one case, not several", "一个步骤只能引出一件案件"),
    (r"at (.+) stands after (.+); each step lies later than the one before",
     "at {0} 写在 {1} 之后；各步骤应当由早到晚"),
    (r"nobody is told \(tell\), though the step is to (.+)", "步骤为 {0}，却没有写明通知谁（tell）"),
    (r"has no steps", "没有步骤"),
    (r"has no items", "没有条目"),
    # settings
    (r"is told by (.+), but has no address \((.+) = …\)", "用 {0} 通知，却没有地址（{1} = …）"),
    (r"is told by mail, but there is no server \(\[mail\] host = …\)",
     "用邮件通知，却没有邮件服务器（[mail] host = …）"),
    (r"is told by webhook, but calls cannot be signed \(\[webhook\] secret = …\)",
     "用 webhook 通知，却没有签名密钥（[webhook] secret = …）"),
    (r"holds no role \(roles\)", "没有写明职责（roles）"),
    (r"\[lights\] (.+): a number of working days is wanted; green and red need none",
     "[lights] {0}：应当是工作日数；green 和 red 不用写"),
    (r"host without sender: under which address does mail leave\?", "写了 host 没有写 sender：邮件用哪个地址发出？"),
    (r'write six figures \(GB/T 2260\), as "(.+)"', "应当写六位代码（GB/T 2260），例如“{0}”"),
    (r"write CN, six figures \(GB/T 2260\), or unit:CODE", "应当写 CN、六位代码（GB/T 2260）或者 unit:代码"),
    (r"no such region \((.+)\)", "没有这个地区（{0}）"),
    # workflows
    (r'one action opens a case \(first: true\), here: (.+)', "应当有且只有一个收件动作（first: true），现在：{0}"),
    (r'"(.+)" is the word for a case before its first entry', "“{0}”专指尚未收件的案件，不能用作状态名"),
    (r"the name is taken: correct_entry has a fact of that name", "名称已被占用：更正记录有同名要素"),
    (r"choices belong to type choice, not (.+)", "choices 只用于 type: choice，不用于 {0}"),
    (r"the first action comes from no state", "收件动作不写来源状态（from）"),
    (r"from names no state", "from 没有写明状态"),
    (r'the choices stand here and in list "(.+)"', "选项既写在这里，又写在代码表“{0}”里"),
    (r'cite: "(.+?)" stands before what ranks above it; write: (.+)',
     "依据次序：“{0}”写在了位阶更高的依据之前（先国家规定，后地方规定），应当写作：{1}"),
    (r"has neither title nor number", "名称和文号至少要写一个"),
    (r"offers nothing \(among\)", "没有可选项（among）"),
    (r"nothing starts it", "没有动作使它开始"),
    (r"shortened_by says why a named day \(until\) is early, but no fact names one",
     "shortened_by 说明提前的理由，却没有要素写明届满日（until）"),
    (r"says both propose and take", "propose 和 take 只能写一个"),
    # duties, wording
    (r'"(.+)" is no recurrence rule \(RFC 5545\): (.+)', "“{0}”不是周期规则（RFC 5545）：{1}"),
    (r"title may hold \{year\}, \{last_year\} and \{month\}, nothing else",
     "title 只能含有 {{year}}、{{last_year}} 和 {{month}}"),
    (r'no words for "(.+?)", which stands in for every other kind', "没有“{0}”的用语，而其他各类都以它代替"),
    (r'"(.+)" is no plain name of a fact', "“{0}”不是要素的名称"),
    # calendars
    (r"(\S+) is off and worked at once", "{0} 既放假又上班"),
    (r"sets no day: days_off, makeup_days or plain_days", "没有写明任何日期（days_off、makeup_days 或者 plain_days）"),
    (r"(\S+) is no day of (\S+)", "{0} 不在 {1} 年之内"),
    (r"(\S+) is a (\w+): a make-up day is a Saturday or Sunday; plain_days work again",
     "{0} 不是周六周日：调休上班日应当是周六或者周日；恢复上班的工作日写在 plain_days"),
    (r"no working day is left in (\S+)", "{0} 一个工作日也没有了"),
    (r"(\S+) is stated otherwise by (.+)", "{0} 与 {1} 的说法不同"),
    (r"a festival of the whole country is no local one", "全国性节日不是地方节日"),
    (r'\[accounts\] (.+): a person of \[\[people\]\] is wanted, or "\*" for all',
     "[accounts] {0}：应当是 [[people]] 中的人员，或者“*”（所有人）"),
    (r'\[files\] group: there is no group "(.+?)" on this machine', "[files] group：本机没有用户组“{0}”"),
    (r"(\S+) (\S+) lies before since (\S+)", "{0} {1} 早于 since {2}"),
    (r"a day that comes once \(year\) has no other year \(of\)", "只来一次的日期（year）不写 of"),
    (r"only a day or a moment lies somewhere, not a (.+)", "lies 只用于日期和时刻，不用于 {0}"),
    (r'\[numbers\] (.+): series "(.+?)" is given to another workflow',
     "[numbers] {0}：编号系列“{1}”已给了另一个流程"),
    (r'\[accounts\] (.+): no person "(.+?)"', "[accounts] {0}：没有人员“{1}”"),
    (r'holiday source "(.+?)" cannot be used: (.+)', "放假安排的来源“{0}”不能使用：{1}"),
    # what the check alone asks
    (r'cite: "(.+?)" names no instrument that is known: write its title as config/law/ has it, or add it to cited.yaml',
     "依据“{0}”不是已知的文件：请按 config/law/ 中的名称写，或者补入 cited.yaml"),
    (r'state "(.+?)" is final, but action "(.+?)" may be taken in it', "状态“{0}”是终态，却还可以办理动作“{1}”"),
    (r"no ladder reminds of it \(ladder\), though it is a duty of the office",
     "是本机关的期限，却没有督办梯级（ladder）提醒"),
    (r"a local notice is named after its place and year: (\S+)", "地方通知的文件名写明地方和年份：{0}"),
    (r"published (\S+) is no day before its first day, (\S+)", "公布日期 {0} 不早于其中的第一天 {1}"),
    (r"no profile names this plan \(plan\)", "没有地方规则写明这个方案（plan）"),
    (r'case "(.+?)" stands here again \(first on line (\S+)\)', "案件“{0}”重复（首次在第 {1} 行）"),
    (r'no action "(.+?)" opens a case; "(.+?)" does', "动作“{0}”不开立案件；开立案件的是“{1}”"),
    (r"length 0 is the same day, which is said with unit day", "长度为 0 是当日，单位应当是 day"),
    (r"length (\S+) is longer than any limit: (\S+) is the most for unit (\S+)",
     "长度 {0} 比任何期限都长：单位 {2} 最多 {1}"),
    # soundness
    (r'clock "(.+?)" ends on it \(until\), so it lies ahead', "期限“{0}”到它为止（until），它在将来（lies: ahead）"),
    (r'an entry may name the last day \(until\), and limit "(.+?)" binds the (.+): it is the least that they have '
     r"\(bound: at_least\)", "可以写明届满日（until），而期限标准“{0}”约束{1}：应当是 bound: at_least"),
    (r'"(.+?)" stops it, and clock "(.+?)", which it starts, has no limit before (.+): say since when it stops it '
     r"\(since\)", "“{0}”使它停止，而由此开始的期限“{1}”在 {2} 以前没有标准：请写明从何时起使它停止（since）"),
    (r"only the first action implies", "只有收件动作可以写 implies"),
    (r'(.+) goes by fact "(.+?)", which is no unit or which the action does not carry',
     "{0} 取决于要素“{1}”，而它不是机关，或者该动作不收它"),
    (r'action "(.+?)" opens a case, but leads to no state \(to\)', "动作“{0}”开立案件，却没有写明到达的状态（to）"),
    (r'action "(.+?)" is used but no transition has it', "用到了动作“{0}”，而没有定义它"),
    (r'goes by fact "(.+?)", which the action neither needs nor accepts', "取决于要素“{0}”，而该动作不收这个要素"),
    (r'(.+) goes by fact "(.+?)", which the action neither needs nor accepts',
     "{0} 取决于要素“{1}”，而该动作不收这个要素"),
    (r'(.+) goes by fact "(.+?)", which action "(.+?)" neither needs nor accepts',
     "{0} 取决于要素“{1}”，而动作“{2}”不收这个要素"),
    (r'(.+) takes fact "(.+?)" for a (\w+), but it is a (\w+)', "{0} 把要素“{1}”当作{2}，而它是{3}"),
    (r'"(.+?)" of (.+) takes no fact "(.+?)"', "{1} 的“{0}”不收要素“{2}”"),
    (r'"(.+?)" of (.+) needs "(.+?)", which is not given', "{1} 的“{0}”需要“{2}”，而没有给出"),
    (r'state "(.+?)" has no public word: what is the applicant told\?',
     "状态“{0}”没有对外的说法（public）：怎样告诉申请人？"),
    (r"no role may take it \(roles\), though other actions name theirs",
     "没有写明哪些职责可以办理（roles），而其他动作写明了"),
    (r'its (.+) rests on clock "(.+?)", which must stand before it', "{0} 取决于期限“{1}”，后者应当写在前面"),
    (r'the suspension by "(.+?)" has no timed way out: no lapse for every case, and no clock with a ladder runs until '
     r'"(.+?)"', "“{0}”引起的中止没有到期的出路：既不一律失效，也没有带督办梯级的期限计到“{1}”"),
    (r'the waiting after "(.+?)" has no timed way out: no clock with a ladder runs until what restarts it',
     "“{0}”之后的等待没有到期的出路：没有带督办梯级的期限计到重新计算之时"),
    (r'limit "(.+?)" is counted back, and start names no fact for the day \(day\)',
     "期限标准“{0}”是倒推计算的，start 却没有写明以哪个要素的日期为准（day）"),
    (r'limit "(.+?)" is counted back, and knows no waiting, suspension, restart or extension',
     "期限标准“{0}”是倒推计算的，不能有等待、中止、重新起算或者延长"),
    (r'limit "(.+?)" has no length, and no fact names the day \(until\)',
     "期限标准“{0}”没有长度，也没有要素写明届满日（until）"),
    (r'step (.+) of ladder "(.+?)" lies before the start: limit "(.+?)" has (.+) working days at most',
     "督办梯级“{1}”的步骤 {0} 早于起算日：期限标准“{2}”最长 {3} 个工作日"),
    (r'"(.+)" is a state of every workflow \((.+)\)', "“{0}”是每个流程都有的状态（{1}）"),
    (r'state "(.+?)" is published, but may be come to without a publication: (.+)',
     "状态“{0}”写明已公开，却可能没有公开就到达：{1}"),
    (r'action "(.+?)" publishes, but leads to state "(.+?)", which is not published',
     "动作“{0}”公开信息，却到达未公开的状态“{1}”"),
    (r'(\w+ ".+?")(?: is \w+)?, but a fact of type (\w+) never leaves', "{0} 写明公开，而类型为 {1} 的要素从不公开"),
    (r'(\w+ ".+?")(?: is \w+)?, but (.+): it must be withheld', "{0} 写明公开，而它{1}：应当是 withheld"),
    (r'(\w+) "(.+?)" (?:is \w+|publishes), but nothing of this workflow leaves \((.+)\)',
     "{0}“{1}”写明公开，而本流程没有任何内容可以公开（{2}）"),
    (r'nothing of "(.+?)" ever leaves: publication must be "(.+?)"', "“{0}”的内容从不公开：publication 应当是“{1}”"),
    (r'"(.+?)" is no choice of fact "(.+?)"', "“{0}”不是要素“{1}”的选项"),
    (r'state "(.+?)" can never be reached', "状态“{0}”永远到不了"),
    (r'state "(.+?)" is a dead end: no final state can be reached from it \((.+)\)',
     "状态“{0}”是死胡同：从它到不了办结状态（{1}）"),
    (r"no course of events starts it", "没有任何办理过程使它开始"),
    (r'"(.+?)" \((.+?)\) can never be taken while the clock runs', "计时期间永远办不了“{0}”（{1}）"),
    (r'"(.+?)" \((.+?)\) can never be taken', "永远办不了“{0}”（{1}）"),
    (r"nothing stops it \(stop\)", "没有动作使它停止（stop）"),
    (r"clock \"(.+?)\" may still run in a final state: (.+)", "期限“{0}”在办结之后可能还在计时：{1}"),
    (r"([^,:]+) must be ([^,]+)", "{0} 应当是{1}"),
)  # fmt: skip
_HINT = re.compile(r"(.*) \(do you mean (.+)\?\)", re.DOTALL)
# action "x": …, ladder "y", step 3: …, limit "z" from 2019-05-15: …, [mail]: …, needs ref: …
_THERE = re.compile(r"(.*); there are: ((?:(?!there are).)*?)", re.DOTALL)
_FOR_ALL = ', and "*" for all'
_PREFIX = re.compile(
    r'(?:(\w+) "([^"]+)"|(\[+[\w.]+\]+|[\w./-]+(?: [\w./-]+)?))(?:, step (\S+)| from (\S+))?: (.+)', re.DOTALL
)
_NAMED = re.compile(r'(\w+) "([^"]+)"')


def fault_words(fault: Fault) -> str:
    """One fault with its place, in the language chosen."""
    if spoken() is ENGLISH:
        return str(fault)
    text = words_of(fault.text)
    return f"{fault.file} 第 {fault.line} 行：{text}" if fault.line else f"{fault.file}：{text}"


def tell_faults(faults: Iterable[Fault]) -> None:
    """All faults on stderr, one line each."""
    for fault in faults:
        print(fault_words(fault), file=sys.stderr)


def words_of(text: str) -> str:
    """What a fault says, in Chinese; a sentence without a Chinese one stays as it is."""
    if text.removesuffix(".") in SAID:
        return CHINESE.text(SAID[text.removesuffix(".")])
    if isinstance(text, Sentence) and (words := CHINESE.text(text)) != text:
        return words
    if found := _HINT.fullmatch(text):
        near = found[2].replace(" or ", "、").replace('"', "")
        return f"{words_of(found[1])}，是不是 {near}？"
    if (found := _THERE.fullmatch(text)) and not re.match(r'(?:\w+: )?"[^"]+" is no role', text):
        there = found[2].removesuffix(_FOR_ALL)
        every = "；“*”为全部" if there != found[2] else ""
        return f"{words_of(found[1])}；有：{there.replace(', ', '、')}{every}"
    for pattern, words in _BODIES:
        if found := re.fullmatch(pattern, text, re.DOTALL):
            if ": " in (found[1] if found.re.groups else "") and _PREFIX.fullmatch(text):
                break  # the sentence has a head of its own
            return words.format(*map(_part, found.groups()))
    if found := _PREFIX.fullmatch(text):
        noun, name, key, step, since, rest = found.groups()
        head = f"{_NOUNS.get(noun, noun)}“{name}”" if noun else key
        place = (f"的步骤 {step}" if step else "") + (f"（{since} 起）" if since else "")
        return f"{head}{place}：{words_of(rest)}"
    return text


def _part(text: str) -> str:
    """A part of a sentence: what was wanted, what there is, a thing with its name."""
    if text in _KINDS:
        return _KINDS[text]
    if text.removesuffix(".") in SAID:
        return CHINESE.text(SAID[text.removesuffix(".")])
    for pattern, words in _WANTED:
        if found := re.fullmatch(pattern, text, re.DOTALL):
            return words.format(*found.groups())
    if text in _NOUNS:
        return _NOUNS[text]
    if found := re.fullmatch(r'(\w+) of "(.+)"', text):
        return f"“{found[2]}”的{_NOUNS.get(found[1], found[1])}"
    if found := re.fullmatch(r"(\d+) (working_day|day|month|year|hour)s?", text):
        return f"{found[1]}{CHINESE.text(UNITS[found[2]])}"
    if found := _NAMED.fullmatch(text):
        return f"{_NOUNS.get(found[1], found[1])}“{found[2]}”"
    if (found := _PREFIX.fullmatch(text)) and found[1]:
        return f"{_NOUNS.get(found[1], found[1])}“{found[2]}”的 {_part(found[6])}"
    return f"“{text[1:-1]}”" if len(text) > 1 and text[0] == text[-1] == '"' else text
