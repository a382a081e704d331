"""The files of a message: its pictures side by side, of bounded height; other files as chips, of which texts fold open."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen, QPixmap

from chatgui.core.attaching import Kind, described, in_bytes, kind_of, short
from chatgui.core.message import Attachment, Message
from chatgui.ui.transcript import shelf
from chatgui.ui.transcript.blocks import album, hidden
from chatgui.ui.transcript.chrome import TARGET, ChromeRow, Lookups, SpaceRow
from chatgui.ui.transcript.rows import Action, Look, Measure, Row
from chatgui.ui.transcript.style import Style

ALONE, TOGETHER = 280.0, 140.0  # pixels at 100 %: the most a picture is high, alone and beside others
GAP, BELOW = 8.0, 4.0
UNKNOWN = (4, 3)  # the shape of a picture of which only the bytes are known


def file_rows(message: Message, style: Style, lookups: Lookups) -> list[Row]:
    """The rows of a message's files."""
    pictures, others = _sorted(message)
    rows: list[Row] = [PicturesRow(pictures, style, lookups)] if pictures else []
    rows += [FileRow(message.id, one, style, lookups) for one in others]
    return [*rows, SpaceRow(round(style.px(BELOW)))] if rows and message.text else rows


def files_height(message: Message, measure: Measure, style: Style) -> int:
    """How high they are, folded."""
    pictures, others = _sorted(message)
    height = len(others) * max(TARGET, math.ceil(style.line("small")))
    height += _place(pictures, measure.width, style)[1] if pictures else 0
    return height + (round(style.px(BELOW)) if height and message.text else 0)


def _sorted(message: Message) -> tuple[list[Attachment], list[Attachment]]:
    files = [part for part in message.parts if isinstance(part, Attachment)]
    pictures = [one for one in files if kind_of(one.media_type) is Kind.IMAGE]
    return pictures, [one for one in files if one not in pictures]


def _place(pictures: Sequence[Attachment], width: float, style: Style) -> tuple[list[QRectF], int]:
    """Where pictures stand, like words in lines, and the height of all. Of their sizes alone: nothing moves when they come."""
    highest, gap = style.px(ALONE if len(pictures) == 1 else TOGETHER), style.px(GAP)
    boxes: list[QRectF] = []
    x = y = 0.0
    for one in pictures:
        wide, high = (one.width, one.height) if one.width and one.height else UNKNOWN
        scale = min(highest / high, width / wide, 1.0 if one.width else highest)
        box = QRectF(0, 0, max(style.px(28), wide * scale), max(style.px(28), high * scale))
        box.setWidth(min(box.width(), width))
        if x and x + box.width() > width:
            x, y = 0.0, y + highest + gap
        box.moveTopLeft(QPointF(x, y))
        boxes.append(box)
        x += box.width() + gap
    bottom = max(box.bottom() for box in boxes)
    return boxes, math.ceil(bottom + gap)


def _line(one: Attachment) -> str:
    return f"{short(one.name)}, {described(one)}"


class PicturesRow(ChromeRow):
    """Pictures side by side; one that is pressed is shown larger, within the program."""

    def __init__(self, pictures: Sequence[Attachment], style: Style, lookups: Lookups) -> None:
        super().__init__(style)
        self.pictures = pictures
        self.changed: Callable[[], object] = lambda: None
        self._lookups = lookups
        self._boxes: list[QRectF] = []
        self._scaled: dict[int, tuple[int, QPixmap]] = {}  # by place: of which image, and it as large as it is shown

    @property
    def line(self) -> int:
        return _place(self.pictures, self.width, self.style)[1]

    def arrange(self) -> None:
        self._boxes, _ = _place(self.pictures, self.width, self.style)
        self._scaled.clear()
        self._actions = tuple(
            Action(f"open_file:{one.sha256}", "", f"Image {_line(one)}. Show larger", box, quiet=False)
            for one, box in zip(self.pictures, self._boxes, strict=True)
        )

    def refresh(self) -> None:
        """A picture has come; its place was kept."""
        self.touch()
        self.changed()

    def release(self) -> None:
        self._scaled.clear()

    def hint(self, point: QPointF) -> str:
        found = next((n for n, box in enumerate(self._boxes) if box.contains(point)), None)
        return "" if found is None else _line(self.pictures[found])

    def paint(self, painter: QPainter, clip: QRectF, look: Look) -> None:
        for place, (one, box) in enumerate(zip(self.pictures, self._boxes, strict=True)):
            if not box.intersects(clip):
                continue
            image = album.look(shelf.address(one), self.refresh)
            if isinstance(image, QImage):
                self._paint_image(painter, place, box, image)
            else:
                self._paint_place(painter, one, box, image is None)
            action = self._actions[place].name
            if action in (look.hovered, look.focused):
                colour, wide = ("accent", 2.0) if action == look.focused else ("faint", 1.0)
                painter.setPen(QPen(self.style.colours[colour], wide))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(box.adjusted(wide / 2, wide / 2, -wide / 2, -wide / 2), 6, 6)

    def _paint_image(self, painter: QPainter, place: int, box: QRectF, image: QImage) -> None:
        ratio = painter.device().devicePixelRatioF()
        key, scaled = self._scaled.get(place, (0, QPixmap()))
        if key != image.cacheKey():
            room = (box.size() * ratio).toSize()
            keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            scaled = QPixmap.fromImage(image.scaled(room, keep, smooth))
            self._scaled[place] = image.cacheKey(), scaled
        target = QRectF(0, 0, scaled.width() / ratio, scaled.height() / ratio)
        target.moveCenter(box.center())
        corners = QPainterPath()
        corners.addRoundedRect(target, 6, 6)
        painter.save()
        painter.setClipPath(corners, Qt.ClipOperation.IntersectClip)
        painter.drawPixmap(target, scaled, QRectF(scaled.rect()))
        painter.restore()

    def _paint_place(self, painter: QPainter, one: Attachment, box: QRectF, missing: bool) -> None:
        told = album.told(shelf.address(one))
        painter.setPen(QPen(self.style.colours["line"], 1))
        painter.setBrush(self.style.colours["ground"])
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        words = f"{short(one.name)}\n{told.words}" if told else ""
        if words:
            painter.setPen(self.style.colours["secondary"])
            painter.setFont(self.style.font("small"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(box.adjusted(8, 4, -8, -4), flags, words)
        elif missing:
            self._lookups.fetch(one)


class FileRow(ChromeRow):
    """A file that is no picture: a chip with name and size. A text folds open below it."""

    def __init__(self, message_id: str, attachment: Attachment, style: Style, lookups: Lookups) -> None:
        super().__init__(style)
        self.attachment = attachment
        self.changed: Callable[[], object] = lambda: None
        self._key = (message_id, attachment.sha256)
        self._lookups = lookups
        self.is_text = kind_of(attachment.media_type) is Kind.TEXT

    @property
    def is_open(self) -> bool:
        """Whether its text is shown."""
        return self._key in self._lookups.unfolded

    def toggle(self) -> None:
        """Show its text, or no longer."""
        self._lookups.unfolded.symmetric_difference_update({self._key})
        self._change()

    def _change(self) -> None:
        self.width = 0  # laid out anew
        self.touch()
        self.changed()

    @property
    def _head(self) -> int:
        return max(TARGET, math.ceil(self.style.line("small")))

    def _excerpt(self) -> shelf.Excerpt | None:
        found = shelf.look(self.attachment, self._change)
        if found is None:
            self._lookups.fetch(self.attachment)
        return found

    @property
    def line(self) -> int:
        if not self.is_open:
            return self._head
        found = self._excerpt()
        lines = len(found.lines) if found and found.lines else 1
        return math.ceil(self._head * 2 + lines * self.style.line("code") + self.style.px(16))

    def arrange(self) -> None:
        one, metrics, pad = self.attachment, self.style.metrics("small"), self.style.px(8)
        name = short(one.name)
        wide = metrics.horizontalAdvance(name) + metrics.horizontalAdvance(f"   {in_bytes(one.size)}")
        width = math.ceil(wide + 2 * pad + 4 + (self._arrow if self.is_text else 0))
        rect = QRectF(0, self.space, min(width, self.width), self._head)
        spoken = f"File {_line(one)}"
        if not self.is_text:
            self._actions = (Action(f"open_file:{one.sha256}", "", spoken, rect, quiet=False),)
            return
        words = f"{spoken}. {'Hide' if self.is_open else 'Show'} its text"
        fold = Action(f"fold_file:{one.sha256}", "", words, rect, quiet=False, run=self.toggle)
        labels = [(f"open_file:{one.sha256}", "Show all", f"Show all of {name}", False),
                  (f"save_file:{one.sha256}", "Save as…", f"Save {name} as a file", False)]  # fmt: skip
        below = self._placed_below(labels) if self.is_open else ()
        self._actions = (fold, *below)

    def _placed_below(self, labels: list[tuple[str, str, str, bool]]) -> tuple[Action, ...]:
        x, top, made = self.style.px(4), self.height - self._head - 2, []
        for name, label, words, quiet in labels:
            width = max(TARGET, math.ceil(self.style.metrics("small").horizontalAdvance(label)) + 2 * self.style.px(6))
            made.append(Action(name, label, words, QRectF(x, top, width, self._head), quiet))
            x += width
        return tuple(made)

    @property
    def _arrow(self) -> float:
        return self.style.px(16)

    def paint(self, painter: QPainter, clip: QRectF, look: Look) -> None:
        pad, colours = self.style.px(8), self.style.colours
        action = self._actions[0]
        is_hot = action.name in (look.hovered, look.focused)
        box = action.rect.adjusted(0.5, 2.5, -0.5, -2.5)
        painter.setPen(QPen(colours["accent" if is_hot else "line"], 1))
        painter.setBrush(colours["ground"])
        painter.drawRoundedRect(box, 4, 4)
        left = box.left() + pad
        if self.is_text:
            self._paint_arrow(painter, QPointF(left + self.style.px(3), box.center().y()))
            left += self._arrow
        size, metrics = in_bytes(self.attachment.size), self.style.metrics("small")
        room = box.right() - pad - left - metrics.horizontalAdvance(f"   {size}")
        name = metrics.elidedText(short(self.attachment.name), Qt.TextElideMode.ElideMiddle, max(0.0, room))
        painter.setFont(self.style.font("small"))
        for words, colour in ((name, "text"), (f"   {size}", "faint")):
            painter.setPen(colours[colour])
            painter.drawText(QRectF(left, box.top(), self.width, box.height()), Qt.AlignmentFlag.AlignVCenter, words)
            left += metrics.horizontalAdvance(words)
        if self.is_open:
            self._paint_text(painter)
            self.paint_actions(painter, look)

    def _paint_arrow(self, painter: QPainter, at: QPointF) -> None:
        side = self.style.px(3.5)
        points = ((-side, -side / 2), (0, side / 2), (side, -side / 2)) if self.is_open else (
            (-side / 2, -side), (side / 2, 0), (-side / 2, side))  # fmt: skip
        painter.setPen(QPen(self.style.colours["secondary"], 1.5))
        painter.drawPolyline([QPointF(at.x() + x, at.y() + y) for x, y in points])
        painter.setPen(QPen(self.style.colours["line"], 1))

    def _paint_text(self, painter: QPainter) -> None:
        colours, line = self.style.colours, self.style.line("code")
        box = QRectF(0.5, self.space + self._head + 0.5, self.width - 1, self.height - self.space - self._head - 5)
        painter.setPen(QPen(colours["line"], 1))
        painter.setBrush(colours["code_ground"])
        painter.drawRoundedRect(box, self.style.radius, self.style.radius)
        found = self._excerpt()
        lines: Sequence[str] = ["Reading …"] if found is None else found.lines or ["The text is no longer here."]
        metrics, left = self.style.metrics("code"), box.left() + self.style.px(8)
        top, room = box.top() + self.style.px(6), box.width() - self.style.px(16)
        painter.setFont(self.style.font("code"))
        painter.setPen(colours["text" if found and found.lines else "faint"])
        for words in lines:
            shown = metrics.elidedText(hidden.code(words.expandtabs(4)), Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(left, top, room, line), Qt.AlignmentFlag.AlignVCenter, shown)
            top += line
        if found and found.total > len(found.lines):
            painter.setFont(self.style.font("small"))
            painter.setPen(colours["faint"])
            right = QRectF(box.left(), self.height - self._head - 2, box.width() - self.style.px(8), self._head)
            rest = f"{found.total - len(found.lines):,} more lines"
            painter.drawText(right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, rest)
