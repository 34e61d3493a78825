"""Text in any common encoding is read, and nothing is read as nonsense."""

import pytest

from unit.modalities.tabular.read.readings import codes, evidence

CHINESE = "城市,温度,结果\n北京,１２,好\n上海,13.5,坏\n广州,１４,好\n"
FRENCH = "ville,été,y\nOrléans,où ça,0\nBesançon,déjà vu,1\nMâcon,élève,0\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_unicode_is_recognised_with_and_without_a_mark(table, encoding):
    data = table("a,b,名\n1,x,u\n2,y,v\n3,文,u\n", target="名", as_=encoding)
    assert data.table.columns == ["a", "b", "名"]
    assert data.table["b"].to_list() == ["x", "y", "文"]


@pytest.mark.parametrize("encoding", ["gb18030", "gbk"])
def test_chinese_encodings_are_recognised(table, encoding):
    data = table(CHINESE, target="结果", as_=encoding)
    assert data.table["城市"].to_list() == ["北京", "上海", "广州"]
    assert data.table["温度"].to_list() == [12, 13.5, 14]
    assert evidence(data, "read.encoding")["encoding"] == "gb18030"


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_western_text_is_not_taken_for_chinese(table, encoding):
    data = table(FRENCH, as_=encoding)
    assert data.table["ville"].to_list() == ["Orléans", "Besançon", "Mâcon"]
    assert "read.encoding" in codes(data)


def test_a_named_encoding_wins(table):
    data = table("a,y\né,0\nx,1\n", as_="cp850", encoding="cp850")
    assert data.table["a"][0] == "é"


def test_a_broken_byte_in_utf8_is_an_error_with_its_line(refused):
    good = "".join(f"城市{n},{n % 2}\n" for n in range(30)).encode()
    error = refused(b"a,y\n" + good + b"x\xff,1\n")
    assert error.code == "read.undecodable"
    assert error.facts["line"] == 32


def test_an_encoding_that_does_not_fit_is_an_error(refused):
    assert refused("a,y\né,0\nx,1\n", as_="latin-1", encoding="utf-8").code == "read.undecodable"


def test_an_encoding_that_does_not_exist_is_an_error(refused):
    assert refused("a,y\n1,0\n", as_="utf-8", encoding="utf-99").code == "read.unknown_encoding"
