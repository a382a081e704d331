"""The transcript's widget: paints what the page has placed, moves what is painted, and tells others what was asked for."""

from __future__ import annotations

import time
from collections.abc import Sequence

import shiboken6
from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from chatgui.core.message import Message
from chatgui.core.messages import Branch
from chatgui.core.reply import Reply
from chatgui.ui.transcript.accessible import AccessibleTranscript, announce, install, stir
from chatgui.ui.transcript.bar import Bar
from chatgui.ui.transcript.chrome import Lookups
from chatgui.ui.transcript.facet import Facet
from chatgui.ui.transcript.find import Find
from chatgui.ui.transcript.keys import Keys
from chatgui.ui.transcript.links import Link
from chatgui.ui.transcript.live import LiveItem
from chatgui.ui.transcript.message import Context
from chatgui.ui.transcript.notice import Running
from chatgui.ui.transcript.page import Page
from chatgui.ui.transcript.picture import Picture
from chatgui.ui.transcript.pill import Hint, JumpButton
from chatgui.ui.transcript.places import END, Place
from chatgui.ui.transcript.pointer import Pointer
from chatgui.ui.transcript.reader import Reader
from chatgui.ui.transcript.rows import Measure
from chatgui.ui.transcript.selection import Point
from chatgui.ui.transcript.style import Style

FRAME_MS = 16
CALM_MS = 40  # between frames while little comes: half the work, and nobody sees it
LITTLE = 64  # characters a frame
LATE_MS = 80  # what changed by itself while text comes waits so long for more text, to be painted with it
SLICE_S = 0.006  # so long what is long is read on, or caught up with, before the window has its turn
STILL_MS, MUCH = 250, 4000  # where nothing is to move: between frames, unless a frame takes so many characters
MARKED_MS, MARKED_STILL_MS = 1600, 5000  # so long a message jumped to is marked; longer where nothing is to come and go


class TranscriptView(QAbstractScrollArea):
    """Shows messages of any number and length, and at most one reply while it comes.

    It opens nothing, sends nothing and stores nothing: signals say what a person asked for.
    """

    action_requested = Signal(str, str)  # message id, name of the action (see `chrome` and `notice`)
    quote_requested = Signal(str)  # Markdown, as a quote
    link_activated = Signal(object)  # the Link, which may be followed
    link_hovered = Signal(str)  # empty when the pointer leaves it
    menu_requested = Signal(str, object, QPoint)  # message id, Link under the pointer or None, global position
    wanted = Signal(str, str)  # what of a block only a person may ask for, and of what: ("image", address)
    following_changed = Signal(bool)
    selection_changed = Signal(bool)  # whether anything is selected
    turn_selected = Signal(str)  # id of the message the reader turned to

    def __init__(
        self, style: Style, parent: QWidget | None = None, *, facet: Facet | None = None, lookups: Lookups | None = None
    ) -> None:
        super().__init__(parent)
        measure = Measure.of(0, style)
        self.page = Page(
            Context(
                facet or Facet(),
                style,
                lookups or Lookups(),
                measure,
                self._block_changed,
                self._want,
                self._follow_link,
            )
        )
        self.reader = Reader(self)
        self.picture = Picture(self)
        self.search = Find(self)
        self.pointer = Pointer(self)
        self._keys = Keys(self)
        self._was_following = True
        self._flushed, self._flush_cost = 0.0, 0.0  # when the last frame was made, and in how many seconds
        self._frame = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._frame.timeout.connect(self._flush)
        self._clock = QTimer(self, interval=500)
        self._clock.timeout.connect(self._flush)
        self._late = QTimer(self, singleShot=True, interval=0)
        self._late.timeout.connect(self.refresh)
        self._idle = QTimer(self, interval=0)
        self._idle.timeout.connect(self._refine)
        self._flash_timer = QTimer(self, singleShot=True)
        self._flash_timer.timeout.connect(self.picture.end_flash)
        self.accessible: AccessibleTranscript | None = None  # made when assistive technology asks
        install()
        self.hint = Hint(self, style)
        self._jump = JumpButton(self, style)
        self._jump.clicked.connect(self.follow)
        self._set_up()

    def _set_up(self) -> None:
        self.setAccessibleName("Transcript")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self._bar = Bar(self.verticalScrollBar(), self.page, self.refresh)
        self._bar.set_ground(self.page.style.colours["ground"])

    # ------------------------------------------------------------------------------------------ what is shown

    @property
    def messages(self) -> Branch:
        """The messages shown, the one being written included."""
        return self.page.messages

    def show_messages(self, messages: Sequence[Message], place: Place | None = END) -> None:
        """Show a branch at a place (default: its end). None keeps the place if its message is still there."""
        self.page.live = None
        self._stop_clocks()
        self.page.show(messages, place)
        self.reader.select(None)
        self.search.again()
        self._idle.start(300)
        self._show_all()

    def place(self) -> Place:
        """Where the reader is, to come back to with `show_messages`."""
        return self.page.place()

    def begin_reply(self, message: Message, reply: Reply, turn: Running | None = None) -> None:
        """`message` (already shown as the last one, or new) is being written: show `reply` as it grows.

        Whoever applies deltas calls `wake` when there is more. Text the message already has stands before the reply's.
        """
        page = self.page
        page.put(message)
        item = LiveItem(message, page.context, reply, turn)
        item.pull()
        item.tick()
        page.begin(item)
        if turn is not None:  # else there is no time to be told
            self._clock.start()
        self._show_all()
        self.wake()

    def end_reply(self, message: Message) -> None:
        """The reply has become this message. Nothing that is read moves."""
        page = self.page
        self._stop_clocks()
        if page.live is None or page.live.message.id != message.id:
            self.replace(message)
            return
        page.live.update(message)
        page.live = None
        page.settle(page.put(message))
        self.refresh(anew=True)
        if not page.facet.is_one_text:  # the pane beside shows the same answer: it is told of once
            announce(self, message)

    def replace(self, message: Message) -> None:
        """A message has changed (edited, other usage …); nothing happens if it is not shown."""
        if self.index_of(message.id) is None:
            return
        index = self.page.put(message)
        self.page.item(index).update(message)
        self.page.settle(index)
        self.refresh(anew=True)

    def index_of(self, message_id: str) -> int | None:
        """Where a message stands in what is shown."""
        return self.page.messages.index_of(message_id)

    def set_style(self, style: Style) -> None:
        """Other colours, fonts or zoom; the first visible line stays."""
        self.page.restyle(style)
        self._bar.set_ground(style.colours["ground"])
        self._jump.restyle(style)
        self.hint.restyle(style)
        self._idle.start(300)
        self._show_all()

    # ------------------------------------------------------------------------------------------ taking

    @property
    def has_selection(self) -> bool:
        """Whether any text is selected."""
        return self.reader.has_selection

    def select_all(self) -> None:
        """Select the text of all messages."""
        self.reader.select_all()

    def copy(self) -> None:
        """Put what is selected on the clipboard; without a selection, the message turned to."""
        self.reader.copy()

    def quotation(self, message_id: str) -> str:
        """What is selected, else the whole message, as a Markdown quote."""
        return self.reader.quotation(message_id)

    def do(self, message_id: str, action: str) -> None:
        """Do something with a message, as if its action had been clicked."""
        self.reader.do(message_id, action)

    # ------------------------------------------------------------------------------------------ streaming

    def _stop_clocks(self) -> None:
        self._frame.stop()
        self._clock.stop()

    def wake(self) -> None:
        """There may be something new: look in the next frame."""
        live = self.page.live
        if live is not None and not self._frame.isActive() and live.is_stirred:
            calm = CALM_MS if live.pulled < LITTLE and live.body else FRAME_MS
            if not self.page.style.motion and live.pulled < MUCH:
                calm = STILL_MS
            pace = max(calm, 3000 * self._flush_cost)
            since = (time.perf_counter() - self._flushed) * 1000
            self._frame.start(max(0, round(pace - since)))

    def _block_changed(self) -> None:
        """A block in sight changed by itself: a formula was drawn, code was coloured."""
        if shiboken6.isValid(self):  # colours may come after the window went
            self.page.hold()
            if not self._late.isActive():
                self._late.start(LATE_MS if self.page.live is not None else 0)

    def _want(self, what: tuple[str, str]) -> None:
        self.wanted.emit(*what)

    def _follow_link(self, link: Link) -> None:
        self.link_activated.emit(link)

    def _flush(self) -> None:
        live = self.page.live
        if live is None:
            return
        began = time.perf_counter()
        pulled, ticked = live.pull(SLICE_S), live.tick()
        if not pulled and not ticked:
            return
        self.page.settle(len(self.messages) - 1)
        self._late.stop()
        self.refresh()
        self._flushed = time.perf_counter()
        self._flush_cost = self._flushed - began
        if live.backlog:
            self.wake()

    # ------------------------------------------------------------------------------------------ moving

    def follow(self) -> None:
        """Go to the end and stay there while text comes."""
        self.page.follow()
        self.refresh()

    @property
    def is_following(self) -> bool:
        """Whether the view is at the end, and stays there."""
        return self.page.at_end

    def scroll_by(self, dy: int) -> None:
        """Move by so many pixels, down if positive."""
        self.page.scroll(dy)
        self.refresh()

    def reveal(self, point: Point, *, share: float = 0.3) -> None:
        """Bring a place in the text into sight."""
        self.page.reveal(point.message, point.start, point.position, share=share)
        self.refresh()

    def jump_to(self, message_id: str, *, mark: bool = True) -> bool:
        """Bring a message into sight, and mark it for a moment; False if it is not shown."""
        index = self.index_of(message_id)
        if index is None:
            return False
        self.page.go(Place(message_id, -1, -round(self.page.style.px(8))))
        self.page.scroll(0)
        if mark:
            self.picture.flash = message_id
            self._flash_timer.start(MARKED_MS if self.page.style.motion else MARKED_STILL_MS)
        self.refresh(anew=True)
        return True

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Nothing: the default repaints everything, and `refresh` has moved the picture already."""

    def _refine(self) -> None:
        self._idle.setInterval(0)
        if self.page.read_on(SLICE_S):
            self.refresh()
        elif not self.page.refine():
            self._idle.stop()
        self.search.resume()
        self._bar.sync()

    def to_start(self) -> None:
        """Go to the first message."""
        self.page.jump_to_start()
        self.refresh()

    def box_of(self, message_id: str) -> QRect | None:
        """Where a message stands in the viewport, as far as it is placed."""
        mine = [placed for placed in self.page.placed if placed.item.message.id == message_id]
        if not mine:
            return None
        top, bottom = mine[0].y, mine[-1].y + mine[-1].height
        return QRect(self.page.measure.left, top, self.page.measure.width, bottom - top)

    # ------------------------------------------------------------------------------------------ painting

    def refresh(self, *, anew: bool = False) -> None:
        """Bring the picture up to date with the page, moving what is painted where that is enough."""
        self.page.arrange()
        self.picture.update(anew=anew)
        self._bar.sync()
        self._note_following()
        if self.page.realised.unread() and (self._idle.interval() or not self._idle.isActive()):
            self._idle.start(0)
        stir(self)

    def _show_all(self) -> None:
        self._place_children()
        self.refresh(anew=True)

    def _note_following(self) -> None:
        following = self.page.at_end
        self._jump.setVisible(not following)
        if following != self._was_following:
            self._was_following = following
            self.following_changed.emit(following)

    def _place_children(self) -> None:
        area = self.viewport().geometry()
        self._jump.move(area.center().x() - self._jump.width() // 2, area.bottom() - self._jump.height() - 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        self.picture.paint(painter, event.rect())
        painter.end()

    # ------------------------------------------------------------------------------------------ events

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.page.resize(self.viewport().width(), self.viewport().height())
        self._show_all()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.pointer.wheel(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.pointer.double_click(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.pointer.menu(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.pointer.leave()
        return bool(super().viewportEvent(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._keys.press(event):
            event.ignore()

    def focusNextPrevChild(self, forward: bool) -> bool:
        return self._keys.tab(forward=forward) or bool(super().focusNextPrevChild(forward))

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._keys.focus_in(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.reader.focused = ""
        self.viewport().update()
