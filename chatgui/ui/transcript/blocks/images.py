"""Images in answers, as they stand in a line: the picture if it is there, else a chip that says what it is and whence.

Never fetched and never read from a file by what a model wrote: see `album`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter

from chatgui.core.markup import Run, Runs
from chatgui.core.writing import source_of
from chatgui.ui.transcript import links
from chatgui.ui.transcript.blocks import album, hidden
from chatgui.ui.transcript.style import Style

if TYPE_CHECKING:
    from chatgui.ui.transcript.blocks.flow import Flow

WIDEST, HIGHEST = 560.0, 420.0  # pixels at 100 % it is shown in
LOAD, STOP = "load_image", "stop_image"  # what may be wanted of one


@dataclass(frozen=True, slots=True)
class Offer:
    """What a person can do about an image that is not there: what is wanted, and how that is said."""

    what: str
    words: str


class Chip:
    """An image that is not there: its description, and its host or what became of it."""

    scroll = None

    def __init__(self, words: str, style: Style, offer: Offer | None = None) -> None:
        self.style = style
        self.offer = offer
        self._whole = words
        font = style.font("small")
        metrics = QFontMetricsF(font)
        self.words = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, style.px(WIDEST))
        self.width = metrics.horizontalAdvance(self.words) + style.px(32)
        self._text = metrics.ascent()
        self.ascent = metrics.ascent() + style.px(3)
        self.descent = metrics.descent() + style.px(3)

    def fit(self, width: float) -> None:
        """Become as narrow as `width`, with fewer words."""
        metrics = QFontMetricsF(self.style.font("small"))
        room = max(0.0, width - self.style.px(32))
        self.words = metrics.elidedText(self._whole, Qt.TextElideMode.ElideMiddle, room)
        self.width = metrics.horizontalAdvance(self.words) + self.style.px(32)

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Draw it with its left end at `x`."""
        style = self.style
        box = QRectF(x + 0.5, baseline - self.ascent + 0.5, self.width - 3, self.ascent + self.descent - 1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.colours["line"])
        painter.setBrush(style.colours["raised"])
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(style.colours["faint"])
        side = style.px(10)
        frame = QRectF(x + style.px(7), box.center().y() - side / 2, side, side)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, 2, 2)
        peaks = ((0.0, 0.8), (0.35, 0.45), (0.6, 0.7), (0.75, 0.55), (1.0, 0.8))
        painter.drawPolyline([QPointF(frame.x() + side * a, frame.y() + side * b) for a, b in peaks])
        painter.setFont(style.font("small"))
        painter.setPen(style.colours["secondary"])
        painter.drawText(QPointF(x + style.px(23), baseline), self.words)
        painter.restore()


class Picture:
    """An image that is there, scaled to fit; or its place, while it is being decoded."""

    scroll = None

    def __init__(self, image: QImage | QSize, style: Style) -> None:
        size = image.size() if isinstance(image, QImage) else image
        scale = min(1.0, style.px(WIDEST) / size.width(), style.px(HIGHEST) / size.height())
        self.image = image
        self.style = style
        self.width, self.ascent = size.width() * scale, size.height() * scale
        self.descent = 0.0

    def fit(self, width: float) -> None:
        """Become as narrow as `width`."""
        self.ascent *= width / self.width
        self.width = width

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Draw it with its left end at `x`."""
        box = QRectF(x, baseline - self.ascent, self.width, self.ascent)
        if not isinstance(self.image, QImage):
            painter.fillRect(box, self.style.colours["raised"])
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, self.image)
        painter.restore()


def inline_image(run: Run, style: Style, wait: Callable[[], object]) -> Chip | Picture:
    """What stands in the line for an image; `wait` is called when there is something else to show."""
    image = album.look(run.link, wait)
    if image is not None:
        return Picture(image, style)
    told = album.told(run.link)
    name = hidden.code(" ".join(run.text.split()))[:200] or "Image"
    return Chip(" · ".join((name, told.words if told else host(run.link))), style, _offer(run.link, told))


def _offer(address: str, told: album.Told | None) -> Offer | None:
    """What can be done about an image that is not there; nothing where it is not on the web."""
    if not is_remote(address):
        return None
    whence = host(told.source if told and told.source else address)
    if told is None:
        return Offer(LOAD, f"Load image from {whence}")
    if told.busy:
        return Offer(STOP, f"Stop loading image from {whence}")
    return Offer(LOAD, f"{told.words} Load image {'from ' + whence if told.source else 'again'}")


def offers(runs: Runs, flow: Flow) -> Iterator[tuple[Offer, str, QRectF]]:
    """What is offered in a paragraph: what can be done, about the image at which address, and where in the flow."""
    position = 0
    for run in runs:
        chip = flow.words.objects.get(position) if run.kind == "image" else None
        if isinstance(chip, Chip) and chip.offer is not None:
            yield chip.offer, run.link, flow.object_rect(position)
        position += len(source_of(run))


def missing(runs: Runs) -> Iterator[tuple[str, str]]:
    """What each image of a paragraph shows, in words, and why it is not there; empty if it is, or is about to be."""
    for run in runs:
        if run.kind == "image":
            told = album.told(run.link)
            there = told is None and (album.is_there(run.link) or run.link.startswith("data:"))
            yield " ".join(run.text.split())[:200], told.words if told else "" if there else "Not loaded."


def host(url: str) -> str:
    """Where an image would come from, in a word."""
    try:
        parts = urlsplit(url)
        name = parts.hostname or ""
        name = name if name.isascii() else name.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return "unknown place"
    if parts.scheme in {"http", "https"} and name:
        return name
    return "in the text" if parts.scheme == "data" else "not loaded"


def is_remote(url: str) -> bool:
    """Whether a person may ask for it to be fetched."""
    return url.lower().startswith(("http://", "https://")) and links.judge(url).allowed
