"""What stands in a line of a PDF without being letters of its font: formulas, images, and emoji, which Qt draws as pictures.

Behind each picture lies its text, unseen, so that it can be found and copied: for a formula its LaTeX, for an emoji a
letter that stands in for it until the file is finished.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPainterPath,
    QPyTextObject,
    QTextCharFormat,
    QTextDocument,
    QTextFormat,
)

from chatgui.exchange import rendering

KIND = int(QTextFormat.ObjectTypes.UserObject) + 1
_INK = int(QTextFormat.Property.ForegroundBrush)
_WHAT = int(QTextFormat.Property.UserProperty) + 1
UNSEEN = Qt.GlobalColor.transparent
STAND_IN_FAMILIES = ["DejaVu Sans", "Segoe UI Symbol", "Apple Braille", "Noto Sans Symbols2"]
_STAND_INS = range(0x2801, 0x2900)  # Braille: many letters that hardly anyone writes

EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f\u20e3"
    "|(?:[\U0001f300-\U0001faff\U0001f000-\U0001f0ff]|[\u2190-\u2bff\u3030\u303d\u3297\u3299](?=\ufe0f))"
    "(?:\ufe0f|[\U0001f3fb-\U0001f3ff]|[\U000e0020-\U000e007f]|\u200d[\U0001f300-\U0001faff\u2600-\u27bf])*"
)

_SET_AT = 24.0  # the text size formulas come in
_KEEP = Qt.AspectRatioMode.KeepAspectRatio
_BUDGET_S = 60.0  # by the clock, for all formulas of a document


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula set: its outline, with the base line at 0, and its extent. Lengths are in points.

    The outline is `scale` times as large when it is drawn.
    """

    latex: str
    outline: QPainterPath
    scale: float
    left: float
    top: float  # of the picture, above the base line (negative)
    width: float
    height: float


class Formulas:
    """Sets formulas, each once, as long as the time allows."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, bool, float], Formula | None] = {}
        self._spent = 0.0

    def make(self, latex: str, *, display: bool, size: float) -> Formula | None:
        """The formula at this size, or None where its source is to be shown."""
        key = (latex, display, size)
        if key not in self._made:
            began = time.perf_counter()
            self._made[key] = self._set(latex, display, size)
            self._spent += time.perf_counter() - began
        return self._made[key]

    def _set(self, latex: str, display: bool, size: float) -> Formula | None:
        made = rendering.formula(latex, display=display) if self._spent < _BUDGET_S else None
        box = re.search(r'viewBox="(\S+) (\S+) (\S+) (\S+)"', made["svg"]) if made else None
        if not made or not box:
            return None
        scale = size / _SET_AT
        return Formula(latex, outline(made["svg"]), scale, *(float(one) * scale for one in box.groups()))


_SHAPES = re.compile(
    r'<path d="([^"]*)"[^>]*>|<rect x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)"[^>]*fill="(?!none)'
)
_STEPS = re.compile(r"([MLQZ])([^MLQZ]*)")


def outline(svg: str) -> QPainterPath:
    """The filled shapes of a picture that ziamath made: letters and bars. Qt's own reader draws around each of them."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for steps, *bar in _SHAPES.findall(svg):
        if not steps:
            path.addRect(*map(float, bar))
            continue
        for sign, numbers in _STEPS.findall(steps):
            at = [float(number) for number in numbers.split()]
            if sign == "M":
                path.moveTo(*at)
            elif sign == "L":
                path.lineTo(*at)
            elif sign == "Q":
                path.quadTo(*at)
            else:
                path.closeSubpath()
    return path


class Pictures(QPyTextObject):
    """Draws formulas and emoji where the text has them. Knows which letter stands in for which emoji."""

    unit: ClassVar[float] = 4.0  # layout units in a point
    dot: ClassVar[float] = 0.5  # points a pixel of an image is large
    room: ClassVar[QSizeF] = QSizeF(440, 330)  # points, for an image

    def __init__(self) -> None:
        super().__init__()
        self.stand_ins: dict[str, str] = {}  # letter → emoji
        self._letters: dict[str, str] = {}  # emoji → letter

    def serve(self, document: QTextDocument) -> None:
        """Draw what stands in this document."""
        document.documentLayout().registerHandler(KIND, self)

    def look(self, what: Formula | QImage | str, look: QTextCharFormat) -> QTextCharFormat:
        """The format of the one character that stands for a formula, an image or an emoji."""
        made = QTextCharFormat(look)
        made.setObjectType(KIND)
        made.setProperty(_WHAT, what)
        if isinstance(what, Formula):
            made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)  # its middle on the base line
        elif isinstance(what, str) and what not in self._letters and len(self._letters) < len(_STAND_INS):
            letter = chr(_STAND_INS[len(self._letters)])
            self._letters[what], self.stand_ins[letter] = letter, what
        return made

    def intrinsicSize(self, doc: QTextDocument, place: int, form: QTextFormat) -> QSizeF:
        del place
        what = form.property(_WHAT)
        if isinstance(what, Formula):
            above, below = -what.top, what.top + what.height
            return QSizeF(what.width * self.unit, 2 * max(above, below) * self.unit)
        if isinstance(what, QImage):
            return QSizeF(what.size()).scaled(QSizeF(what.size() * self.dot).boundedTo(self.room), _KEEP) * self.unit
        metrics = QFontMetricsF(form.toCharFormat().font(), doc.documentLayout().paintDevice())
        return QSizeF(metrics.horizontalAdvance(str(what)), metrics.ascent() * 0.9)

    def drawObject(
        self, painter: QPainter, rect: QRectF | QRect, doc: QTextDocument, place: int, form: QTextFormat
    ) -> None:
        del doc, place
        rect = QRectF(rect)
        what = form.property(_WHAT)
        font = form.toCharFormat().font()
        painter.save()
        painter.setFont(font)
        if isinstance(what, Formula):
            base = rect.center().y()
            painter.save()
            painter.translate(rect.left() - what.left * self.unit, base)
            painter.scale(self.unit * what.scale, self.unit * what.scale)
            painter.fillPath(
                what.outline, form.toCharFormat().foreground() if form.hasProperty(_INK) else Qt.GlobalColor.black
            )
            painter.restore()
            self._unseen(painter, QPointF(rect.left(), base), what.latex, rect.width(), font)
        elif isinstance(what, QImage):
            painter.drawImage(rect, what)
        else:
            painter.drawText(rect.bottomLeft(), str(what))
            if letter := self._letters.get(str(what)):
                font.setFamilies(STAND_IN_FAMILIES)
                self._unseen(painter, rect.bottomLeft(), letter, rect.width(), font)
        painter.restore()

    @staticmethod
    def _unseen(painter: QPainter, place: QPointF, text: str, width: float, font: QFont) -> None:
        """Text that can be selected but not seen, about as wide as what is seen."""
        painter.setFont(font)
        taken = painter.fontMetrics().horizontalAdvance(text)
        if taken > width > 0:
            font.setPointSizeF(max(1.0, font.pointSizeF() * width / taken))
            painter.setFont(font)
        painter.setPen(UNSEEN)
        painter.drawText(place, text)
