"""Word documents: real headings, lists, tables, links and formulas; every character; the same bytes each time."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree as Xml

import docx
import pytest
from hypothesis import given, settings

from chatgui.core.message import Attachment, Message, Role
from chatgui.exchange.codec import Entry
from chatgui.exchange.exporters import Options, by_name
from chatgui.exchange.exporters.docx_maths import omml
from tests.exchange.library import NOON, answered, asked, conversation, entries, patient
from tests.exchange.test_web import HOSTILE

DOCX = by_name("docx")
GALLERY = Path(__file__).parents[1] / "ui" / "blocks" / "gallery.md"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def made(text: str, **fields: str) -> bytes:
    return DOCX.export(conversation(asked(), answered(text), **fields), Options())


def body(content: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()


def test_structure_is_structure() -> None:
    """Headings are headings, numbers count, a head row repeats, a link is one, code is in its style."""
    text = "# H\n\n3. three\n4. four\n   - inner\n\n| a | b |\n|--|--:|\n| 1 | 2 |\n\n```py\nreturn 1\n```\n\n[l](https://a.example/?b=1)"
    content = made(text)
    document = docx.Document(io.BytesIO(content))
    styles = [(block.style.name, block.text) for block in document.paragraphs if block.style and block.text]
    assert styles[0] == ("Heading 1", "Tides")
    assert ("Heading 3", "H") in styles
    assert ("Code", "return 1") in styles
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [["a", "b"], ["1", "2"]]
    told = body(content)
    assert told.count("<w:tblHeader/>") == 1
    assert "8A2A83" in told  # the colour of a keyword
    assert len(re.findall("<w:numPr>", told)) == 3
    links = zipfile.ZipFile(io.BytesIO(content)).read("word/_rels/document.xml.rels").decode()
    assert 'Target="https://a.example/?b=1"' in links
    numbering = zipfile.ZipFile(io.BytesIO(content)).read("word/numbering.xml").decode()
    assert '<w:startOverride w:val="3"/>' in numbering


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    """The only targets outside the file are web addresses a person may click."""
    content = DOCX.export(conversation(asked(text), answered(text, reasoning=text), title=text, system=text), Options())
    for name in zipfile.ZipFile(io.BytesIO(content)).namelist():
        for target in re.findall(
            r'Target="([^"]*)" TargetMode="External"',
            zipfile.ZipFile(io.BytesIO(content)).read(name).decode("utf-8", "replace"),
        ):
            assert re.match("https?://", target)


@given(entries())
@settings(patient, max_examples=15)
def test_any_conversation_makes_a_document(entry: Entry) -> None:
    """Whatever is in it, and the same bytes twice."""
    content = DOCX.export_entry(entry, Options(branches=True))
    docx.Document(io.BytesIO(content))
    assert DOCX.export_entry(entry, Options(branches=True)) == content


@pytest.mark.parametrize(
    ("mathml", "expected"),
    [
        ("<mfrac><mi>a</mi><mi>b</mi></mfrac>", "f(num(a)den(b))"),
        ("<mo>(</mo><mi>x</mi><msub><mo>)</mo><mi>i</mi></msub>", "sSub(e(d(dPr(begCharendChr)e(x)))sub(i))"),
        ("<msqrt><mi>x</mi></msqrt>", "rad(radPr(degHide)dege(x))"),
        ("<mo>(</mo><mi>x</mi>", "(x"),
        ("<unheard><mi>x</mi></unheard>", "x"),
        ("<mfrac><mi>a</mi></mfrac>", "a"),
    ],
)
def test_formulas(mathml: str, expected: str) -> None:
    """Fractions, roots, brackets with an index; what is not known or broken keeps its letters."""

    def shape(element: Xml.Element) -> str:
        name = element.tag.rpartition("}")[2]
        inside = "".join(map(shape, element))
        if name in ("r", "t", "oMath"):
            return inside or (element.text or "")
        return f"{name}({inside})" if inside else name

    formula = omml(Xml.fromstring(f"<math>{mathml}</math>"))
    assert shape(formula) == expected.replace("begCharendChr", "begChrendChr")


def test_pictures_and_what_is_none() -> None:
    """A damaged image costs only itself."""
    png = (Path(__file__).parents[2] / "resources" / "screenshots" / "streaming-light.png").read_bytes()
    parts = tuple(Attachment(one * 64, "image/png", f"{one}.png", 3) for one in "ab")
    entry = Entry(conversation(Message("q", Role.USER, parts, NOON)), attachments={"a" * 64: png, "b" * 64: b"broken"})
    content = DOCX.export_entry(entry, Options())
    assert len(docx.Document(io.BytesIO(content)).inline_shapes) == 1
    assert "b.png" in body(content)


@pytest.mark.long
@pytest.mark.timeout(180)
@pytest.mark.skipif(
    not shutil.which("soffice") or not shutil.which("pdftotext"), reason="needs LibreOffice and pdftotext"
)
def test_a_word_processor_opens_it(tmp_path: Path) -> None:
    """LibreOffice reads it, and every word of the gallery is on its pages."""
    (tmp_path / "a.docx").write_bytes(made(GALLERY.read_text(), title="你好"))
    command = ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"]
    subprocess.run(
        [*command, "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "a.docx"], check=True, capture_output=True
    )
    said = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True).stdout
    for words in (
        "你好",
        "How tides work",
        "A clock, and the patience",
        "Bay of Fundy",
        "class Tide",
        "潮汐是海水的周期性运动",
    ):
        assert words in said
