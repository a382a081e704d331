"""The child process: colours and formulas come from it, and what takes too long costs that process and nothing else."""

from __future__ import annotations

import asyncio
import base64
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from chatgui.core.markdown import Splitter, blocks
from chatgui.exchange.rendering import CHILD
from chatgui.exchange.rendering_child import depth, familiar, formula
from chatgui.ui.theme import DARK, LIGHT, contrast
from chatgui.ui.transcript import maths
from chatgui.ui.transcript.blocks import errands as module
from chatgui.ui.transcript.blocks import make_block
from chatgui.ui.transcript.blocks.code import CodeBlock
from chatgui.ui.transcript.blocks.errands import Errands
from chatgui.ui.transcript.blocks.text import TextBlock
from chatgui.ui.transcript.style import Style

REDOS = [("makefile", "a" * 20_000), ("makefile", "\\" * 20_000), ("r", "`\\" * 10_000), ("makefile", "a " * 10_000)]


@pytest.fixture
def errands(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Errands]:
    """A queue and a child of this test's own."""
    made = Errands()
    monkeypatch.setattr(module, "_errands", [made])
    monkeypatch.setattr(maths, "_made", maths.OrderedDict())
    monkeypatch.setattr(maths, "_awaited", {})
    monkeypatch.setattr(maths, "_written", set())
    yield made
    made.close()


async def until(fact: Callable[[], Any], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.005)


def block_of(markdown: str) -> Any:
    block = make_block(blocks(markdown)[0], Style())
    block.layout(600)
    return block


async def test_code_is_coloured(errands: Errands) -> None:
    block = block_of('```python\ndef f(x):  # why\n    return "a", 1\n```\n')
    assert isinstance(block, CodeBlock)
    await until(lambda: errands.idle)
    assert block.highlighting is not None
    assert list(block.highlighting.spans(0)) == [(0, 3, "keyword"), (4, 5, "name"), (11, 16, "comment")]
    assert [role for _, _, role in block.highlighting.spans(1)] == ["keyword", "string", "number"]


async def test_code_that_grows_is_coloured_as_it_would_be_whole(errands: Errands) -> None:
    code = '"""Doc\nstring."""\nclass A:\n    x = """two\nlines"""\n    def f(self):\n        return 1  # end\n'
    splitter, block = Splitter(), None
    for at in range(0, len(code) + 14, 3):
        splitter.feed(f"```python\n{code}```\n"[at : at + 3])
        (source,) = splitter.tail or splitter.closed[:1]
        if block is None or not block.update_source(source):
            block = make_block(source, Style())
            block.layout(600)
        await asyncio.sleep(0.02)
    splitter.feed("\n")
    splitter.end()
    assert isinstance(block, CodeBlock)
    block.update_source(splitter.closed[0])
    await until(lambda: errands.idle)
    whole = block_of(f"```python\n{code}```\n")
    await until(lambda: errands.idle)
    assert block.text == whole.text == code.removesuffix("\n")
    for line in range(code.count("\n")):
        assert list(block.highlighting.spans(line)) == list(whole.highlighting.spans(line)), line


@pytest.mark.parametrize(
    ("language", "text"),
    [pytest.param(*one, marks=[pytest.mark.long] if index else [], id=str(index)) for index, one in enumerate(REDOS)],
)
async def test_a_lexer_that_would_take_for_ever_is_ended(errands: Errands, language: str, text: str) -> None:
    answers: list[Any] = []
    request = {"kind": "colour", "block": 1, "language": language, "text": text, "final": True}
    start = time.thread_time()
    errands.ask(request, answers.append)
    errands.ask({**request, "language": "python", "text": "x = 1\n"}, answers.append)
    await until(lambda: len(answers) == 2)
    assert answers[0] is None
    assert answers[1] is not None  # the next one is served by a new child
    assert time.thread_time() - start < 0.5


async def test_a_child_with_nothing_to_do_is_ended(errands: Errands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE", 30)
    answers: list[Any] = []
    errands.ask({"kind": "formula", "latex": "x", "display": False}, answers.append)
    await until(lambda: answers)
    await until(lambda: errands._process is None)
    errands.ask({"kind": "formula", "latex": "y", "display": False}, answers.append)
    await until(lambda: len(answers) == 2)
    assert all(answers)


async def test_formulas_are_set_on_the_baseline_of_the_text(errands: Errands) -> None:
    block = block_of(r"The pull $g = \frac{a}{b}$ falls; $5 and $6 stay.")
    assert isinstance(block, TextBlock)
    before = block.text
    await until(lambda: errands.idle)
    block.layout(600)
    assert block.text == before == r"The pull $g = \frac{a}{b}$ falls; $5 and $6 stay."
    (position,) = block.flow.words.objects
    inline = block.flow.words.objects[position]
    assert 0 < inline.descent < inline.ascent < 30
    assert block.position_at(QPointF(block.caret_rect(position).left() + 1, 8)) in range(position, position + 20)
    assert block.fragment(0, len(block.text)).plain == before


@pytest.mark.parametrize("around", ["$$", "a $", "- $$", "> b $"])
async def test_a_formula_wider_than_its_column_scrolls_instead_of_shrinking(errands: Errands, around: str) -> None:
    marks, last = around.rstrip("$"), around.removeprefix(around.rstrip("$"))
    block = block_of(f"{marks}{last}{'a + ' * 60}b{last}")
    await until(lambda: errands.idle)
    height = block.layout(300)
    whole = made_of(block).scroll.content
    assert whole > 900
    assert made_of(block).width <= 300
    before = drawn(block)
    assert block.wheel(100)
    assert drawn(block) != before
    assert block.layout(300) == height
    block.changed.emit(None)
    block.invalidate()
    block.layout(301)
    assert made_of(block).scroll.x == 100  # through whatever comes meanwhile
    assert block.wheel(10_000)
    assert not block.wheel(10)
    assert block.layout(2_000) < height  # no bar where there is nothing to scroll
    assert not block.wheel(10)


def made_of(block: Any) -> maths.Formula:
    while not isinstance(block, TextBlock):
        block = block.children[0].block
    (formula,) = block.flow.words.objects.values()
    assert isinstance(formula, maths.Formula)
    return formula


def drawn(block: Any) -> QImage:
    image = QImage(400, 120, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    block.paint(painter, QRectF(0, 0, 400, 120), None, [])
    painter.end()
    return image


@pytest.mark.parametrize(
    "latex", [r"\def\a{\b\b}\a", r"\input{/etc/passwd}", "{" * 900 + "x" + "}" * 900, "x" * 5_000, r"\href{javascript:x}{y}", r"\newcommand{\a}{b}\a"]
)  # fmt: skip
def test_bombs_and_what_reads_is_refused(latex: str) -> None:
    with pytest.raises(ValueError, match="refused"):
        formula({"latex": latex, "display": False})


@pytest.mark.parametrize(
    ("latex", "means"),
    [
        (r"a = b \tag{1}", r"a = b \qquad\text{(1)}"), (r"a \label{eq:a} \nonumber", "a  "), (r"\begin{eqnarray}a&=&b\end{eqnarray}", r"\begin{array}{rcl}a&=&b\end{array}"),
        (r"\begin{alignat}{2}a&=b\end{alignat}", r"\begin{align*}a&=b\end{align*}"), (r"\norm{x}", r"\left\|x\right\|"), (r"\ket{\psi}", r"|\psi\rangle "),
        (r"\ce{2H2 + O2 -> 2H2O}", r"2\mathrm{H}_{2} + \mathrm{O}_{2} \rightarrow 2\mathrm{H}_{2}\mathrm{O}"), (r"\ce{SO4^2-}", r"\mathrm{SO}_{4}^{2-}"),
        (r"\ce{Na+}", r"\mathrm{Na}^{+}"), (r"\Big\{x\Big\|\bigl\langle\P", r"\Big\{x\Big\|\bigl\langle\P"), (r"\mathop{\inf}\limits_x y", r"\inf \limits_x y"), (r"\Tr A", r"\operatorname{Tr} A"),
        (r"\begin{alignedat}{2}a&=b\end{alignedat}", r"\begin{aligned}a&=b\end{aligned}"), (r"\dv{f}{x}", r"\frac{\mathrm{d} f}{\mathrm{d} x}"), (r"\pdv{f}{x}", r"\frac{\partial f}{\partial x}"),
        (r"\SI{5}{m/s}", r"{5}\,\mathrm{m/s}"), (r"\braket{a|b}", r"\langle a|b\rangle "), (r"\mel{a}{b}{c}", r"\langle a|b|c\rangle "), (r"\cancelto{0}{x}", r"{\cancel{x}}^{0}"),
        (r"\require{cancel}a\hdots", r"a\ldots "), (r"\text{\small a}", r"\text{a}"), (r"as in \eqref{1}", r"as in \text{(1)}"), (r"\prescript{a}{b}{X}", r"{}^{a}_{b}{X}"),
    ],
)  # fmt: skip
async def test_words_the_setter_does_not_know_are_put_in_its_own(errands: Errands, latex: str, means: str) -> None:
    assert familiar(latex) == means
    answers: list[Any] = []
    errands.ask({"kind": "formula", "latex": latex, "display": True}, answers.append)
    await until(lambda: answers)
    drawn_as = float(re.findall(r'viewBox="\S+ \S+ (\S+)', answers[0]["svg"])[0])
    assert drawn_as < answers[0]["width"] + 4  # as wide as it says


@pytest.mark.parametrize("latex", [r"\def\a{b}\a", r"x \nonsense{y}", r"\genfrac{(}{)}{0pt}{}{n}{k}"])
async def test_a_formula_that_cannot_be_set_stays_its_source(errands: Errands, latex: str) -> None:
    block = block_of(f"a ${latex}$ b")
    await until(lambda: errands.idle)
    block.layout(600)
    assert not block.flow.words.objects
    assert block.text == f"a ${latex}$ b"


def test_depth_counts_what_nests() -> None:
    assert depth(r"\frac{a}{b}") == 1
    assert depth(r"\left(\left(\{x\}\right)\right)") == 2


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_of_code_can_be_read(tokens: Any) -> None:
    names = (
        "keyword",
        "string",
        "number",
        "comment",
        "name",
        "builtin",
        "diff_added",
        "diff_removed",
        "text",
        "faint",
        "warning",
    )
    for name in names:
        assert contrast(getattr(tokens, name), tokens.code_ground) >= 4.5, name


async def test_a_paragraph_of_many_formulas_is_renewed_once_for_all_that_have_come(errands: Errands) -> None:
    """Every renewal goes through all of it and asks for the formulas that are still missing: thousands took many seconds."""
    text = " ".join(f"${{x}}_{{{number}}}$" for number in range(40))
    block = block_of(text)
    renewed: list[None] = []
    block.changed.subscribe(lambda _: renewed.append(None))
    await until(lambda: errands.idle)
    assert len(renewed) == 1
    block.layout(600)
    assert isinstance(block, TextBlock)
    assert len(block.flow.words.objects) == 40


async def test_what_a_picture_may_not_do_costs_the_child_only(
    errands: Errands, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Any] = []
    noise = base64.b64encode(b"\xff\xd8\xff" + bytes(range(256)) * 200).decode()
    for form, content in (("jpeg", noise), ("svg", base64.b64encode(b"<svg/>").decode()), ("png", "")):
        errands.ask({"kind": "picture", "format": form, "content": content, "room": [100, 100]}, answers.append)
    errands.ask({"kind": "formula", "latex": "x", "display": False}, answers.append)
    await until(lambda: len(answers) == 4)
    assert answers[:3] == [None] * 3
    assert answers[3] is not None


def test_the_child_writes_no_file_and_takes_no_end_of_memory(tmp_path: Path) -> None:
    lines = ("child.confine()", "try: open('x', 'w').write('x' * 9999)", "except OSError: print('kept')")
    greedy = ("try: bytes(4 << 30)", "except MemoryError: print('bounded')")
    code = "\n".join(("import runpy, types", f"child = types.SimpleNamespace(**runpy.run_path({str(CHILD)!r}))",
                      *lines, *greedy))  # fmt: skip
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20, cwd=tmp_path
    )
    assert told.stdout.split() == ["kept", "bounded"]
