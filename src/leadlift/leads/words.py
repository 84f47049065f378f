"""What lead files say of themselves, in the languages that people read: headers, meanings, sheets, the summary."""

# ruff: noqa: RUF001 - Chinese is written with full-width signs

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadlift.leads.table import MEANING

Sentences = Mapping[str, str]


@dataclass(frozen=True)
class Words:
    """One language. headers: column -> what stands above it; the column's own name where there is none.

    meaning: column -> what it says. sheets: of the leads, the summary and the explanation. heads: above the columns of
    the last two. facts: line of the summary, or part of one -> its name. sentences: what values of the summary are
    made of.
    """

    meaning: Mapping[str, str]
    sheets: tuple[str, str, str]
    summary_heads: tuple[str, str]
    column_heads: tuple[str, str]
    sentences: Sentences
    headers: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)


ENGLISH = Words(
    meaning=MEANING,
    sheets=("Leads", "Summary", "README"),
    summary_heads=("What", "Value"),
    column_heads=("Column", "Meaning"),
    sentences={
        "not asked": "not asked: {why}",
        "out of time": "the out-of-time test cases from {day}",
        "at random": "the test cases",
        "power": "with {control:,} in control and {contacted:,} contacted you detect a rise of {rise:.2g} points over "
        "{rate:.2g} % at 80 % power; ",
        "added forgone": "contacting those in control would add {responders:,.0f} responders",
        "responders forgone": "{responders:,.0f} expected responders are not contacted",
        "value forgone": "expected cost of control {cost:,.0f}{currency}",
    },
    facts={
        "list_id": "list",
        "campaign": "campaign",
        "offer": "offer",
        "channel": "channel",
        "as_of": "known up to",
        "valid_until": "valid until",
        "consent": "permission",
        "leads": "customers",
        "expected_responders": "expected responders",
        "expected_responders_low": "at least (95 %)",
        "expected_responders_high": "at most (95 %)",
        "expected_responders_method": "how that is found",
        "expected_value": "expected value",
        "currency": "currency",
        "model": "model",
        "percentiles_among": "percentiles among",
        "bands": "bands of probability",
        "control": "in control",
        "power": "what control can find",
        "power_by_band": "the same by band",
        "allocation": "offers given out",
        "allocation_gap": "short of the best by",
        "worth_of_one_more": "worth of one more place",
        "softened": "softened by rule",
        "detectable": "rise that is found",
    },
)

CHINESE = Words(
    meaning={
        "rank": "联系顺序：1 为最先联系，序号不重复。",
        "customer_id": "银行自己的客户号，文本格式。",
        "offer": "推荐的产品。",
        "channel": "通过什么渠道联系客户。",
        "seller": "负责联系的客户经理：每人分到的名单数量相同、质量相当。",
        "probability": "校准后的响应概率：8% 表示每 100 位这样的客户约有 8 位响应。",
        "expected_value": "联系的预期收益，已扣除联系成本：概率 × 价值 − 成本。",
        "percentile": "在模型参照人群中的百分位，1 至 100；100 表示最可能响应。",
        "band": "A（最可能）至 E：固定的概率区间，各期名单一致。",
        "script": "开场话术。",
        "reason_1": "模型认为该客户最突出的特点。",
        "reason_2": "第二个原因。",
        "reason_3": "第三个原因。",
        "as_of": "名单只使用这一天零点之前已知的信息。",
        "valid_until": "名单在这一天之后失效，请勿再用。",
        "model_version": "给出概率的模型及其版本。",
        "treatment_code": "反馈联系结果时请连同客户号一并填写：它代表名单、产品和渠道。",
        "list_id": "本名单的唯一编号。",
    },
    sheets=("名单", "概要", "说明"),
    summary_heads=("项目", "内容"),
    column_heads=("列", "含义"),
    sentences={
        "not asked": "未询问：{why}",
        "out of time": "{day} 起的时间外测试样本",
        "at random": "测试样本",
        "power": "对照组 {control:,} 人、触达 {contacted:,} 人时，以 80% 的功效可以发现"
        "在 {rate:.2g}% 基础上 {rise:.2g} 个百分点的提升；",
        "added forgone": "若联系对照组，预计可新增 {responders:,.0f} 位响应客户",
        "responders forgone": "预计有 {responders:,.0f} 位会响应的客户不予联系",
        "value forgone": "对照组的预期成本为 {cost:,.0f}{currency}",
        "exact": "精确求解",
        "dual": "对偶价格（附最优差距）",
    },
    headers={
        "rank": "序号",
        "customer_id": "客户号",
        "offer": "产品",
        "channel": "渠道",
        "seller": "客户经理",
        "probability": "响应概率",
        "expected_value": "预期收益",
        "percentile": "百分位",
        "band": "等级",
        "script": "话术",
        "reason_1": "原因一",
        "reason_2": "原因二",
        "reason_3": "原因三",
        "as_of": "数据日期",
        "valid_until": "有效期至",
        "model_version": "模型版本",
        "treatment_code": "触达代码",
        "list_id": "名单编号",
    },
    facts={
        "list_id": "名单编号",
        "campaign": "营销活动",
        "offer": "产品",
        "channel": "渠道",
        "as_of": "数据日期",
        "valid_until": "有效期至",
        "consent": "联系许可",
        "leads": "客户数",
        "expected_responders": "预期响应人数",
        "expected_responders_low": "预期响应人数（95% 下限）",
        "expected_responders_high": "预期响应人数（95% 上限）",
        "expected_responders_method": "区间算法",
        "expected_value": "预期收益",
        "currency": "币种",
        "model": "模型版本",
        "percentiles_among": "百分位的参照人群",
        "bands": "等级的概率区间",
        "control": "对照组人数",
        "power": "检验功效",
        "power_by_band": "各等级的检验功效",
        "allocation": "分配方法",
        "allocation_gap": "与最优的差距上限",
        "worth_of_one_more": "每增加一个名额的价值",
        "softened": "降低权重的规则及人数",
        "band": "等级",
        "customers": "客户数",
        "expected_rate": "预期响应率",
        "detectable": "可发现的提升",
        "all": "全部",
        "group": "分组",
    },
)

WORDS: Mapping[str, Words] = {"en": ENGLISH, "zh": CHINESE}
