"""PDF exports: selectable text, no file read, the same bytes, no display (row 140)."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import shutil
import subprocess
import sys
import textwrap
import time
import zlib
from pathlib import Path

import pytest
import shiboken6

from chatgui.core import code_colours
from chatgui.core.message import Attachment, Image, Message, Role
from chatgui.exchange.codec import Entry
from chatgui.exchange.exporters import Options, by_name, pdf
from chatgui.exchange.exporters.base import Stopped
from chatgui.exchange.exporting import export
from tests.exchange.library import NOON, answered, asked, conversation

pytestmark = pytest.mark.usefixtures("qapp")  # the smaller application an export makes would be in others' way

MAKE = """
    import sys
    from pathlib import Path
    from chatgui.exchange.exporters import Options, by_name
    from tests.exchange.library import answered, asked, conversation
    text = Path(sys.argv[1]).read_text()
    made = conversation(asked(), answered(text, reasoning="Let me think."), title="Tides 你好")
    Path(sys.argv[2]).write_bytes(by_name("pdf").export(made, Options()))
"""


def make(folder: Path, text: str, *before: str, name: str = "a.pdf") -> bytes:
    """The PDF of an answer, made in a process without display."""
    (folder / "answer.md").write_text(text)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    env.pop("QT_QPA_PLATFORM", None)
    env.pop("DISPLAY", None)
    code = textwrap.dedent(MAKE)
    command = [*before, sys.executable, "-c", code, str(folder / "answer.md"), str(folder / name)]
    subprocess.run(command, env=env, check=True, timeout=50, capture_output=True)
    return (folder / name).read_bytes()


def text_of(pdf: bytes) -> str:
    """The text a reader can select, page by page: each font's glyph codes by its own table."""
    objects = {int(number): body for number, body in re.findall(rb"(?s)(?<![0-9])(\d+) 0 obj(.*?)endobj", pdf)}
    tables: dict[int, dict[int, str]] = {}
    for number, body in objects.items():
        if found := re.search(rb"/ToUnicode (\d+) 0 R", body):
            table: dict[int, str] = {}
            for start, codes in re.findall(rb"<([0-9A-F]{4})> <[0-9A-F]{4}> \[([^\]]*)\]", objects[int(found[1])]):
                for offset, code in enumerate(re.findall(rb"<([0-9A-F]+)>", codes)):
                    table[int(start, 16) + offset] = bytes.fromhex(code.decode()).decode("utf-16-be", "replace")
            tables[number] = table
    fonts = {name: int(number) for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", pdf)}
    said: list[str] = []
    for body in objects.values():
        stream = re.search(rb"(?s)stream\r?\n(.*)endstream", body)
        if not stream or b"FlateDecode" not in body:
            continue
        try:
            content = zlib.decompress(stream[1])
        except zlib.error:
            continue
        table = {}
        for font, codes in re.findall(rb"/(F\d+) [\d.]+ Tf|<([0-9a-fA-F]+)>", content):
            if font:
                table = tables.get(fonts.get(font, 0), {})
            else:
                raw = codes.decode()
                said.extend(table.get(int(raw[at : at + 4], 16), "?") for at in range(0, len(raw), 4))
        said.append("\n")
    return "".join(said)


def test_the_text_can_be_selected(tmp_path: Path) -> None:
    """Latin, Greek, code, tables, lists, formulas as their source."""
    text = "# Ebb and flow\n\nThe Moon pulls. καλημέρα\n\n- first item\n\n| head | cell |\n|--|--|\n| one | two |\n\n```py\nx = 1 < 2\n```\n\n$E = mc^2$"
    said = text_of(make(tmp_path, text)).replace(" ", "")
    for sign in ("Tides", "Howdotideswork?", "Letmethink.", "Ebbandflow", "TheMoonpulls.", "καλημέρα",
                 "firstitem", "head", "two", "x=1<2", "E=mc^2", "Reasoning"):  # fmt: skip
        assert sign in said, sign


def test_chinese_and_japanese_can_be_selected_where_a_font_has_them(tmp_path: Path) -> None:
    """No font on the machine, no text: that is said here rather than hidden."""
    from PySide6.QtGui import QFontDatabase

    if not QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese):
        pytest.skip("needs a font with Chinese characters")
    said = text_of(make(tmp_path, "月は引く 你好世界")).replace(" ", "")
    for sign in ("Tides你好", "月は引く", "你好世界"):
        assert sign in said, sign


def test_emoji_are_pictures_with_their_text_behind_them(tmp_path: Path) -> None:
    """Families, flags and keycaps are one; where somebody writes Braille, it stays Braille."""
    said = text_of(make(tmp_path, "party 🎉 family 👩‍👩‍👧 flag 🇵🇪 key 1️⃣ heart ❤️ again 🎉"))
    for sign in ("🎉", "👩‍👩‍👧", "🇵🇪", "1️⃣", "❤️"):
        assert sign in said, sign
    assert said.count("🎉") == 2
    assert "⠁⠃" in text_of(make(tmp_path, "braille ⠁⠃ 🎉"))


def test_pictures_of_ones_own_are_on_the_page() -> None:
    """An attached image, and one inside an answer; what is no image is named only."""
    png = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    parts = (
        Attachment("a" * 64, "image/png", "dot.png", len(png)),
        Image(f"data:image/png;base64,{base64.b64encode(png).decode()}"),
        Attachment("b" * 64, "image/png", "broken.png", 6),
    )
    files = {"a" * 64: png, "b" * 64: b"broken"}
    entry = Entry(conversation(Message("q", Role.USER, parts, NOON)), attachments=files)
    pdf = by_name("pdf").export_entry(entry, Options())
    assert len(re.findall(rb"/Subtype /Image", pdf)) in (1, 2)  # Qt may keep two equal ones once
    assert "broken.png" in text_of(pdf).replace(" ", "")


@pytest.mark.parametrize("how", ["whole", "first page", "stopped"])
async def test_what_qt_holds_ends_on_its_own_thread(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Also when the export was stopped; else its timers complain, at random, when Python collects them elsewhere."""
    pdf.ensure_application()
    from chatgui.exchange.exporters import pdf_paper

    made: list[pdf_paper.Paper] = []
    close = pdf_paper.Paper.close
    monkeypatch.setattr(pdf_paper.Paper, "close", lambda self: (made.append(self), close(self))[0])
    entry = Entry(conversation(asked(), answered("# H\n\n" + "Text.\n\n" * 300)))
    if how == "first page":
        await asyncio.to_thread(pdf.first_page, entry, Options(), 400)
    elif how == "whole":
        await asyncio.to_thread(by_name("pdf").export_entry, entry, Options())
    else:
        asked_for: list[int] = []
        options = Options(cancelled=lambda: len(asked_for) > 1, page=asked_for.append)
        with pytest.raises(Stopped):
            await asyncio.to_thread(by_name("pdf").export_entry, entry, options)
    (paper,) = made
    assert not shiboken6.isValid(paper.document)


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_five_thousand_pages(tmp_path: Path) -> None:
    """Page after page is told; cancelled in the middle it ends within two seconds, and nothing is left."""
    answer = "".join(f"## Chapter {n}\n\n{'The Moon pulls. ' * 60}\n\n```python\nx = {n}\n```\n\n" for n in range(25))
    messages = [asked()]
    for number in range(700):
        messages.append(answered(answer, name=f"a{number}", parent=messages[-1].id))

    async def load(name: str) -> Entry:
        return Entry(conversation(*messages, title=name))

    pages: list[int] = []
    path = await export(["Long"], load, by_name("pdf"), tmp_path / "long.pdf", Options(), page=pages.append)
    assert pages == list(range(1, pages[-1] + 1))
    assert pages[-1] >= 5_000
    assert len(re.findall(rb"/Type /Page\b", path.read_bytes())) == pages[-1]
    path.unlink()
    pages.clear()
    middle = asyncio.Event()
    task = asyncio.create_task(
        export(["Long"], load, by_name("pdf"), path, Options(), page=lambda one: middle.set() if one == 500 else None)
    )
    await middle.wait()
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 2
    assert os.listdir(tmp_path) == []


HEADINGS = """
    import sys
    from dataclasses import replace
    from PySide6.QtGui import QTextCursor
    from chatgui.exchange.exporters import Options, by_name, pdf_paper
    from tests.exchange.library import answered, asked, conversation
    stranded = pages = 0

    class Paper(pdf_paper.Paper):
        def _print(self, cancelled):
            global stranded, pages
            block = self.document.begin()
            while block.isValid():
                below = block.next()
                if block.blockFormat().headingLevel() and below.isValid():
                    stranded += self._page(block) != self._page(below)
                block = below
            pages += self.document.pageCount() - 1
            super()._print(cancelled)

    from chatgui.exchange.exporters import pdf_typesetter
    pdf_typesetter.Paper = Paper
    if sys.argv[1] == "broken":
        Paper.keep_together = lambda *_: None
    for lines in range(1, 50):
        text = chr(10).join([*["line", ""] * lines, "## Heading", "", "Text", "", "### Another", "", "Text", ""])
        by_name("pdf").export(conversation(asked(), answered(text * 2)), Options())
    print(stranded, pages)
"""


def test_no_stretch_ends_inside_a_box(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long document is printed in stretches, none of which ends while a thought is being set: not even if all are due."""
    from chatgui.exchange.exporters.pdf_paper import Paper

    turns: list[Paper] = []
    turn = Paper.turn
    monkeypatch.setattr(Paper, "is_long", True)
    monkeypatch.setattr(Paper, "turn", lambda self, cancelled: (turns.append(self), turn(self, cancelled))[1])
    made = conversation(asked(), answered("One.\n\n| a |\n|---|\n| b |\n\nTwo.", reasoning="Hm.\n\n> Well.\n\nSo."))
    assert b"%%EOF" in by_name("pdf").export(made, Options())
    assert turns


def test_no_heading_stands_at_the_end_of_a_page() -> None:
    """Wherever the page ends. Without our care some would."""

    def stranded(how: str) -> int:
        code = textwrap.dedent(HEADINGS)
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "QT_QPA_PLATFORM": "offscreen"}
        done = subprocess.run([sys.executable, "-c", code, how], env=env, check=True, capture_output=True, text=True)
        count, pages = map(int, done.stdout.split())
        assert pages > 40
        return count

    assert stranded("whole") == 0
    assert stranded("broken") > 0


def drawn(pdf: bytes) -> bytes:
    """What is drawn on all pages."""
    made = b""
    for stream in re.findall(rb"(?s)stream\r?\n(.*?)endstream", pdf):
        try:
            made += zlib.decompress(stream)
        except zlib.error:
            continue
    return made


def test_code_is_coloured(tmp_path: Path) -> None:
    """In the window's colours for a light ground; without a language it is black."""
    colour = code_colours.LIGHT["keyword"]
    shares = [f"{int(colour[at : at + 2], 16) / 255:.5f}"[:6] for at in (1, 3, 5)]
    ink = re.compile(r"\d* ".join(map(re.escape, shares)).encode())
    assert ink.search(drawn(make(tmp_path, "```python\nreturn 1\n```")))
    assert not ink.search(drawn(make(tmp_path, "```\nreturn 1\n```", name="b.pdf")))


def test_the_table_of_offsets_is_true(tmp_path: Path) -> None:
    """Every object is where the file says."""
    pdf = make(tmp_path, "party 🎉 你好 $x^2$")
    start = int(pdf.rsplit(b"startxref", 1)[1].split()[0])
    rows = re.findall(rb"(\d{10}) \d{5} ([nf])", pdf[start : pdf.index(b"trailer", start)])
    for number, (offset, kind) in enumerate(rows):
        assert kind == b"f" or pdf[int(offset) :].startswith(b"%d 0 obj" % number)
    for length, content in re.findall(rb"(?s)<< /Length (\d+) >>\nstream\n(.*?)endstream", pdf):
        assert abs(int(length) - len(content)) <= 1


def test_formulas(tmp_path: Path) -> None:
    """Set, with their LaTeX behind them; hostile ones are shown as their source, soon."""
    bomb = "{" * 2_000 + "x" + "}" * 2_000
    nested = "\\sqrt{" * 40 + "x" + "}" * 40
    said = text_of(make(tmp_path, f"$\\frac{{a}}{{b}}$ and $\\def\\x{{1}}$ and ${nested}$\n\n$$\n{bomb}\n$$")).replace(
        " ", ""
    )
    for sign in ("\\frac{a}{b}", "\\def\\x{1}", "\\sqrt{" * 5):
        assert sign in said, sign


def test_the_same_conversation_makes_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In three processes at three times in three time zones; the file says when its newest message was written."""
    made = set()
    for zone in ("UTC0", "East-14", "West3:30"):
        monkeypatch.setenv("TZ", zone)
        made.add(make(tmp_path, "Text, `code`, 你好 🎉 $x^2$ and **strong**"))
    (pdf,) = made
    assert set(re.findall(rb"Date ?[(=][^)/ ]*", pdf)) == {
        b"Date (D:20261120120000Z",
        b'Date="2026-11-20T12:00:00+00:00"',
    }


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
def test_no_file_is_read_strace(tmp_path: Path) -> None:
    """An image of the local disk is a link's text, seen by the system's own account."""
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"x")
    make(
        tmp_path,
        f"![x]({secret}) ![y](file://{secret})\n\n<img src='{secret}'>",
        "strace",
        "-f",
        "-e",
        "trace=open,openat,stat,newfstatat",
        "-o",
        str(tmp_path / "calls"),
    )
    assert "secret.png" not in (tmp_path / "calls").read_text()


def test_no_file_is_read(tmp_path: Path) -> None:
    """A pipe in place of the picture would hold the writer for ever if it were opened."""
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    pdf = make(tmp_path, f"![x]({pipe}) ![y](file://{pipe})\n\n<img src='{pipe}'>\n\n[z](file://{pipe})")
    assert b"/Subtype /Image" not in pdf
    assert b"pipe.png" not in pdf


def test_words_without_end_and_many_lines(tmp_path: Path) -> None:
    """A hundred thousand characters without a space, and thousands of lines of code, take seconds."""
    pdf = make(tmp_path, "x" * 100_000 + "\n\n```\n" + "line\n" * 5_000 + "```\n")
    assert pdf.count(b"/Type /Page\n") > 50 or pdf.count(b"/Type /Page") > 50
