"""From runs of Markdown to words with looks: fonts, colours, links, and what stands in the line as a picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QFont, QFontMetricsF, QTextCharFormat

from chatgui.core.deadline import check
from chatgui.core.markup import Run, Runs
from chatgui.core.writing import source_of
from chatgui.ui.transcript import links, maths
from chatgui.ui.transcript.blocks import hidden
from chatgui.ui.transcript.blocks.images import inline_image
from chatgui.ui.transcript.blocks.looks import Inline, Look, Paints, Words, object_format
from chatgui.ui.transcript.style import Style

JOINER = "\u2060"  # takes no room and breaks no line: fills the places of what a picture stands for


class Looks:
    """The formats of one role of text in one style."""

    def __init__(self, style: Style, role: str = "text", level: int = 0, strong: bool = False) -> None:
        self.style = style
        self.font = QFont(style.font(role, level))
        if strong:
            self.font.setWeight(QFont.Weight.DemiBold)
        colours = style.colours
        text = style.text_colour
        if role == "small":
            text = colours["secondary"]
        self.paints = Paints(
            text, colours["code_ground"] if not style.is_secondary else colours["raised"],
            colours["selection"], colours["find"], colours["find_current"],
        )  # fmt: skip
        self._made: dict[tuple[bool, ...], QTextCharFormat] = {}
        self._metrics: dict[int, QFontMetricsF] = {}  # by the identity of a format, which is kept

    def of(self, run: Run, *, link: bool) -> QTextCharFormat:
        """The format of a run."""
        code, note = run.kind in {"code", "math", "display"}, run.kind == "note"
        key = (code, note, run.strong, run.emphasis, run.struck, link)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._make(run, code=code, note=note, link=link)
        return made

    def _make(self, run: Run, *, code: bool, note: bool, link: bool) -> QTextCharFormat:
        font = QFont(self.font)
        if code:
            shape = self.style.font("code")
            font = QFont(shape)
            font.setWeight(self.font.weight())
            font.setPixelSize(max(6, round(self.font.pixelSize() * shape.pixelSize() / self.style.font().pixelSize())))
        if run.strong:
            font.setWeight(QFont.Weight.DemiBold if font.weight() < QFont.Weight.DemiBold else QFont.Weight.Bold)
        font.setItalic(run.emphasis)
        font.setStrikeOut(run.struck)
        made = QTextCharFormat()
        made.setFont(font)
        if note:
            made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        made.setForeground(self.style.colours["accent"] if link or note else self.paints.text)
        return made

    def advance(self, run: Run) -> float:
        """How wide a run is on one line; infinite for what is no text."""
        if run.kind in {"math", "display", "image"}:
            return float("inf")
        form = self.of(run, link=False)
        metrics = self._metrics.get(id(form))
        if metrics is None:
            metrics = self._metrics[id(form)] = QFontMetricsF(form.font())
        return metrics.horizontalAdvance(run.text)

    @property
    def plain(self) -> QTextCharFormat:
        """The format of what is marked in no way."""
        return self.of(Run(""), link=False)

    @property
    def unseen(self) -> QTextCharFormat:
        """The format of what only fills the places of a picture's source."""
        made = QTextCharFormat()
        made.setFont(self.font)
        made.setForeground(QBrush(Qt.GlobalColor.transparent))
        return made

    @property
    def warning(self) -> QTextCharFormat:
        """The format of marks that stand for hidden characters."""
        made = QTextCharFormat()
        made.setFont(self.font)
        made.setForeground(self.style.colours["warning"])
        return made


@lru_cache(maxsize=64)
def looks(style: Style, role: str = "text", level: int = 0, *, strong: bool = False) -> Looks:
    """The formats of a role; made once."""
    return Looks(style, role, level, strong)


def words(runs: Runs, look: Looks, wait: Callable[[], object]) -> Words:
    """`runs` as words. `wait` is called once something that could not be shown yet can."""
    made = Words("", "")
    text: list[str] = []
    shown: list[str] = []
    position = 0
    for run in runs:
        plain = source_of(run)
        if not plain:
            continue
        check()
        link = links.judge(run.link, run.text) if run.link and run.kind not in {"image", "note"} else None
        inline = _inline(run, look, wait)
        if inline is not None:
            drawn, form = "x" + JOINER * (len(plain) - 1), look.unseen
            made.objects[position] = inline
            made.looks.append(Look(position, position + 1, object_format(inline, look.font)))
        else:
            # until a formula is set, it stands as it stood while it was written
            written = plain.replace("\n", " ") if run.kind == "display" else plain
            drawn = _drawn(written, strictly=run.kind == "code" or link is not None, reveal=look.style.reveal)
            form = look.of(run, link=bool(link and link.allowed))
        end = position + len(plain)
        made.looks.append(
            Look(
                position + (inline is not None),
                end,
                form,
                pill=run.kind == "code",
                link=run.link if link and link.allowed else "",
                is_plain=form is look.plain,
            )
        )
        if inline is None and drawn != plain:
            _mark_hidden(made, plain, drawn, position, look)
        text.append(plain)
        shown.append(drawn)
        position = end
    made.text, made.shown = "".join(text), "".join(shown)
    return made


def _drawn(plain: str, *, strictly: bool, reveal: bool) -> str:
    """What is drawn for a text: marks for what is hidden in it, `strictly` for all that deceives, or for everything."""
    if reveal:
        return hidden.revealed(plain)
    return hidden.code(plain).replace("\n", "\u2028") if strictly else hidden.prose(plain)


def _inline(run: Run, look: Looks, wait: Callable[[], object]) -> Inline | None:
    if run.kind in {"math", "display"}:
        size = look.font.pixelSize()
        return maths.inline(
            run.text, size, look.paints.text.name(), look.style, display=run.kind == "display", wait=wait
        )
    if run.kind == "image":
        return inline_image(run, look.style, wait)
    return None


def _mark_hidden(made: Words, plain: str, drawn: str, position: int, look: Looks) -> None:
    """Give the marks for hidden characters their colour: the looks are cut around them."""
    marks = hidden.marks(plain, drawn)
    if not marks or len(marks) > 2_000:
        return
    base = made.looks.pop() if made.looks and made.looks[-1].start == position else None
    at = position
    for start, end in marks:
        if base is not None and position + start > at:
            made.looks.append(Look(at, position + start, base.format, base.pill, base.link))
        made.looks.append(Look(position + start, position + end, look.warning))
        at = position + end
    if base is not None and at < base.end:
        made.looks.append(Look(at, base.end, base.format, base.pill, base.link))
