"""Room is left for formulas before they are set: nothing moves when they come."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from chatgui.core.delta import TextDelta
from chatgui.core.reply import Reply
from chatgui.ui.transcript import maths
from chatgui.ui.transcript.blocks import errands as module
from chatgui.ui.transcript.blocks.errands import Errands
from chatgui.ui.transcript.view import TranscriptView
from tests.ui.transcript.scenes import Turn, answer, flush, shown, streaming, talk, tops, wait_for

INLINE = [
    "E = mc^2", r"\frac{\partial f}{\partial x}", r"\sqrt{x^2 + y^2}", r"\sum_{i=1}^n i", r"\int_0^\infty e^{-x} dx",
    r"\binom{n}{k}", r"x_{n+1} = x_n - \frac{f(x_n)}{f'(x_n)}", r"\hat{y}", r"10^{-3}", r"\left( \frac{a}{b} \right)",
]  # fmt: skip
DISPLAYED = [
    r"\frac{-b \pm \sqrt{b^2 - 4ac}}{2a}", r"\sum_{i=1}^{n} i = \frac{n(n+1)}{2}", r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
    r"\begin{align} a &= b + c \\ d &= e + f \end{align}", r"\begin{cases} x & x > 0 \\ -x & x \le 0 \end{cases}",
    r"\int_{-\infty}^{\infty} e^{-x^2} \, dx = \sqrt{\pi}", r"P(A|B) = \frac{P(B|A) P(A)}{P(B)}",
    r"\text{softmax}(z_i) = \frac{e^{z_i}}{\sum_{j} e^{z_j}}", r"x = \frac{1}{1 + \frac{1}{1 + \frac{1}{x}}}",
]  # fmt: skip
TEXT = "\n\n".join(
    [*(f"Some words, then ${one}$, and others." for one in INLINE), *(f"$$\n{one}\n$$" for one in DISPLAYED)]
)


@pytest.fixture(autouse=True)
def errands(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Errands]:
    """A child of this test's own, and nothing set yet."""
    made = Errands()
    monkeypatch.setattr(module, "_errands", [made])
    monkeypatch.setattr(maths, "_made", OrderedDict())
    monkeypatch.setattr(maths, "_awaited", {})
    monkeypatch.setattr(maths, "_written", set())
    yield made
    made.close()


def set_now(view: TranscriptView, errands: Errands) -> None:
    """Wait until every formula that was asked for is in the picture."""
    wait_for(lambda: errands.idle and not maths._awaited, 20)
    view.refresh()


def test_nothing_moves_when_they_come(errands: Errands) -> None:
    view = shown([answer(TEXT)], height=3000)
    before = tops(view)
    assert maths._awaited
    set_now(view, errands)
    after = tops(view)
    assert before.keys() == after.keys()
    assert {key: after[key] - y for key, y in before.items() if after[key] != y} == {}
    assert all(maths._made.values())


def test_what_was_read_while_it_was_written_stays_until_they_come(errands: Errands) -> None:
    view, reply = shown(talk(2)), Reply()
    view.begin_reply(streaming(), reply, Turn())
    for piece in ("Some words, then $E = m", "c^2$ and oth", "ers.\n\nAnd $x^7$."):
        reply.apply(TextDelta(piece))
        flush(view)
    row = view.page.item(2).body[0]
    assert not row.block.flow.words.objects  # type: ignore[attr-defined]
    set_now(view, errands)
    assert row.block.flow.words.objects  # type: ignore[attr-defined]
