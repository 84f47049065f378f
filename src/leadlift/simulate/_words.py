"""The words of the demo bank's tables; in memory each is its position here."""

from __future__ import annotations

GENDERS = ("F", "M", "U")
REGIONS = ("North", "Northeast", "East", "Central", "South", "Southwest", "Northwest", "Coast")
CITY_SIZES = ("metropolis", "large", "medium", "town")
OCCUPATIONS = (
    "student", "salaried", "self_employed", "business_owner", "civil_servant", "retired", "homemaker",
)  # fmt: skip
STUDENT, SALARIED, SELF_EMPLOYED, BUSINESS_OWNER, CIVIL_SERVANT, RETIRED, HOMEMAKER = range(7)
INCOME_BANDS = ("low", "lower_middle", "middle", "upper_middle", "high")
INCOME_CUTS = (4_000.0, 7_500.0, 13_000.0, 24_000.0)
MARITAL = ("single", "married", "divorced", "widowed")
STAGES = ("starting", "single", "couple", "family", "mature", "retired")
STARTING, SINGLE, COUPLE, FAMILY, MATURE, OLD = range(6)

PRODUCTS = ("savings", "term_deposit", "fund", "card", "personal_loan", "mortgage", "insurance")
OFFERS = ("term_deposit", "fund", "card", "personal_loan", "insurance")
CONTACT_CHANNELS = ("call", "app_push", "sms", "email")
TYPES = ("sure_thing", "persuadable", "lost_cause", "do_not_disturb")

TXN_CHANNELS = ("app", "web", "branch", "atm", "pos")
CATEGORIES = (
    "salary", "pension", "business_income", "groceries", "dining", "travel", "shopping", "utilities", "rent",
    "healthcare", "education", "cash", "transfer_in", "transfer_out", "to_other_bank", "fees", "interest",
    "investment",
)  # fmt: skip
(
    SALARY, PENSION, BUSINESS, GROCERIES, DINING, TRAVEL, SHOPPING, UTILITIES, RENT,
    HEALTHCARE, EDUCATION, CASH, TRANSFER_IN, TRANSFER_OUT, TO_OTHER, FEES, INTEREST,
    INVESTMENT,
) = range(18)  # fmt: skip

VISITS = ("app_login", "web_visit", "branch_visit", "call", "complaint")
TOPICS = ("term_deposit", "fund", "card", "loan", "fees", "service", "redemption")

EVENTS = (
    "term_deposit_if_contacted", "term_deposit_natural", "fund_natural", "card_natural", "leave",
    "fund_redeem", "arrears",
)  # fmt: skip

FAMILY_NAMES = (
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
)  # fmt: skip
GIVEN_NAMES = (
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明",
    "秀英", "建国", "晓燕", "子涵", "宇轩", "欣怡", "志强", "雨桐",
)  # fmt: skip
LATIN_FAMILY = ("Wang", "Li", "Tan", "Lim", "Ng", "Smith", "Garcia", "Novak", "Rossi", "Kim", "Sato", "Khan")
LATIN_GIVEN = (
    "Ann", "Ben", "Chloe", "David", "Elena", "Felix", "Grace", "Hugo", "Iris", "Jun", "Kai", "Lena",
    "Marco", "Nina", "Oscar", "Paula", "Quinn", "Rosa", "Sam", "Tara", "Uma", "Victor", "Wen", "Yara",
)  # fmt: skip
