"""Findings come out as text, JSON and SARIF, whole and in the language asked for."""

import json

from luodi.core.values import Finding
from luodi.data.report import as_json, as_sarif, as_text

FLAG = Finding(
    "leak.flag",
    "error",
    "HDF",
    {
        "key": '"HDF"',
        "value": "1",
        "label": "1",
        "hits": 115,
        "rows": 115,
        "share": 1.0,
        "base": 0.0339,
        "at_least": 0.92,
        "explains": 0.34,
    },
)
SMALL = Finding("data.too_small", "warning", None, {"rows": 60, "wanted": 100})


def test_text_names_severity_code_column_and_the_line_to_write():
    text = as_text([FLAG, SMALL], "en")
    assert "error  leak.flag [HDF]" in text
    assert '"HDF": ignore' in text
    assert "115 of the 115 rows" in text
    assert "warning  data.too_small" in text


def test_text_is_chinese_when_asked():
    text = as_text([FLAG], "zh")
    assert "错误  leak.flag [HDF]" in text
    assert "伪装" in text


def test_text_says_when_there_is_nothing():
    assert as_text([], "en") == "Nothing found."


def test_json_counts_and_carries_the_evidence():
    data = json.loads(json.dumps(as_json([FLAG, SMALL], "en")))
    assert data["counts"] == {"error": 1, "warning": 1, "note": 0}
    assert data["findings"][0]["evidence"]["hits"] == 115


def test_sarif_has_the_structure_of_the_standard():
    log = json.loads(json.dumps(as_sarif([FLAG, SMALL, FLAG], "my task.yaml", "en")))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules)) == ["data.too_small", "leak.flag"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note", "none"}
        assert result["message"]["text"]
        (place,) = result["locations"]
        assert place["physicalLocation"]["artifactLocation"]["uri"] == "my%20task.yaml"
        assert place["physicalLocation"]["region"]["startLine"] >= 1
    assert run["results"][0]["locations"][0]["logicalLocations"][0]["name"] == "HDF"
    assert "logicalLocations" not in run["results"][1]["locations"][0]


def test_sarif_of_no_findings_has_an_empty_list():
    assert as_sarif([], "task.yaml")["runs"][0]["results"] == []
