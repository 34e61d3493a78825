"""What column names suggest: identifiers, owners of several rows, sensitive facts, units."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[\u3400-\u9fff]+")
_UNIT = re.compile(r"[\[(（]\s*([^\[\]()（）]{1,12}?)\s*[\])）]\s*$")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


IDENTIFIERS = _words("id ids uid uuid guid udi serial ssn imei vin iban key identifier")
OWNERS = _words(
    "customer client user patient subject person student employee household member "
    "account card machine device engine vehicle terminal station turbine sensor meter "
    "panelist respondent"
)
CHINESE_IDENTIFIERS = ("编号", "序号", "学号", "工号", "身份证", "手机号", "账号", "卡号", "流水号")
CHINESE_OWNERS = ("客户", "用户", "患者", "病人", "设备", "学生", "员工", "会员", "机器")
SENSITIVE = _words(
    "sex gender age race ethnicity ethnic nationality religion disability marital native "
    "pregnant sexual"
)
CHINESE_SENSITIVE = ("性别", "年龄", "民族", "种族", "宗教", "国籍", "残疾", "婚姻", "籍贯")


def tokens(name: str) -> list[str]:
    """The words of a column name, lower case.

    Example:
        >>> tokens("CustomerID"), tokens("birth_date")
        (['customer', 'id'], ['birth', 'date'])
    """
    return [token.lower() for token in _TOKEN.findall(name)]


def identifies(name: str) -> bool:
    """Whether a name says that the column tells records or owners apart."""
    return bool(IDENTIFIERS & set(tokens(name))) or any(t in name for t in CHINESE_IDENTIFIERS)


def owns(name: str) -> bool:
    """Whether a name says that the column tells who or what a record belongs to."""
    words = tokens(name)
    ends = bool(words) and words[-1] in OWNERS
    return identifies(name) or ends or name.endswith(CHINESE_OWNERS)


def sensitive(name: str) -> bool:
    """Whether a name speaks of a fact about a person that the law protects."""
    return bool(SENSITIVE & set(tokens(name))) or any(t in name for t in CHINESE_SENSITIVE)


def unit(name: str) -> str | None:
    """The unit in brackets at the end of a name, if there is one.

    Example:
        >>> unit("Torque [Nm]"), unit("Type"), unit("重量（kg）")
        ('Nm', None, 'kg')
    """
    match = _UNIT.search(name)
    return match[1] if match else None
