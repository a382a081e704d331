"""A message as assistive technology meets it, and within it its blocks (headings, code, tables …), images, the usage line, and
what can be done. Parts live as long as what they stand for: who has one in hand keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QPointF, QRect, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAttributesInterface,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleStateChangeEvent,
)

from chatgui.core.message import Message, State
from chatgui.core.nodes import Heading, Table
from chatgui.ui.transcript.accessible_live import tell
from chatgui.ui.transcript.accessible_parts import Deeds, Part, Readable, pointer
from chatgui.ui.transcript.accessible_table import lines
from chatgui.ui.transcript.chrome import FooterRow, speaker, spoken_state, when
from chatgui.ui.transcript.message import Item
from chatgui.ui.transcript.notice import NoticeRow
from chatgui.ui.transcript.rows import Action, BlockRow, Row

if TYPE_CHECKING:
    from chatgui.ui.transcript.view import TranscriptView

LONGEST = 1000  # characters of a message that its description holds
NEAR = 60  # blocks of a long message, above and below those in sight, whose parts are exposed
Key = tuple[int, str]  # what a part stands for: a row, and what of it


class RowPart(Part):
    """A row of its own: the usage line, a notice."""

    def __init__(self, parent: MessagePart, row: Row, kind: QAccessible.Role, name: str) -> None:
        super().__init__(parent, parent.view, kind)
        self.row = row
        self.name = name
        self.readable = Readable(lambda: row.text or self.name, lambda _: self.rect(), lambda _: 0)

    def key(self) -> Key:
        """What it stands for."""
        return id(self.row), f"{self.kind} {self.name}"

    def box(self) -> QRect:
        measure = self.view.page.measure
        for placed in self.view.page.placed:
            if placed.row is self.row:
                return QRect(measure.left, placed.y, measure.width, placed.height)
        return QRect()


class Level(QAccessibleAttributesInterface):
    """Of a heading."""

    def __init__(self, level: Callable[[], int]) -> None:
        super().__init__()
        self._level = level

    def attributeKeys(self) -> list[QAccessible.Attribute]:
        return [QAccessible.Attribute.Level]

    def attributeValue(self, key: QAccessible.Attribute) -> Any:
        return self._level() if key == QAccessible.Attribute.Level else None


class BlockPart(RowPart):
    """A block: a heading, code, a table, a formula, what is not shown as what it is, or a paragraph like any other (who reviews
    the screen piece by piece meets the parts of a message, and not its text). Its name is worked out when it is asked for: it
    may have to be parsed."""

    def __init__(self, parent: MessagePart, row: BlockRow, kind: QAccessible.Role) -> None:
        super().__init__(parent, row, kind, "")
        self.block_row = row
        self.level = Level(self._level) if kind == QAccessible.Role.Heading else None
        self._rows_of = ""  # the text of the table the parts are made of

    def inside(self) -> list[Part]:
        """Rows, if it is a table."""
        text = self.block_row.text if self.block_row.source.kind == "table" else ""
        if text != self._rows_of:
            for part in self.parts:
                QTimer.singleShot(0, part.retire)  # somebody may be asking it just now
            self._rows_of, self.parts = text, lines(self, self.view, text) if text else []
        return self.parts

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # as above
        self.inside()
        return super().child(index)

    def childCount(self) -> int:
        return len(self.inside())

    def text(self, which: QAccessible.Text) -> str:
        if which != QAccessible.Text.Name:
            return super().text(which)
        row = self.block_row
        return " ".join(filter(None, (_named(row), row.said))) or row.text

    def _level(self) -> int:
        return next((node.level for node in self.block_row.source.nodes() if isinstance(node, Heading)), 1)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        if kind == QAccessible.InterfaceType.AttributesInterface and self.level is not None:
            return pointer(self.level)
        return super().interface_cast(kind)


STANDS_OUT = {
    "heading": QAccessible.Role.Heading,
    "code": QAccessible.Role.Section,
    "table": QAccessible.Role.Section,
    "math": QAccessible.Role.Section,
}


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _named(row: BlockRow) -> str:
    """What a block is, in words; empty if it is nothing but text."""
    match row.source.kind:
        case "heading":
            return row.text
        case "code":
            language = row.source.info.split(" ")[0]
            return f"Code, {language}" if language else "Code"
        case "math":
            return "Formula"
        case "table":
            table = next((node for node in row.source.nodes() if isinstance(node, Table)), None)
            if table is None:
                return "Table"
            return f"Table, {_count(len(table.alignments), 'column')}, {_count(len(table.rows), 'row')}"
        case _:
            return ""


class ImagePart(RowPart):
    """An image in a text: what it shows, and why it is not there."""

    def __init__(self, parent: MessagePart, row: BlockRow, number: int, words: str, why: str) -> None:
        super().__init__(parent, row, QAccessible.Role.Graphic, words or "Image")
        self.readable = None
        self.description = why
        self._number = number

    def key(self) -> Key:
        return id(self.row), f"image {self._number} {self.name} {self.description}"


class ActionPart(RowPart):
    """Something that can be done with a message."""

    def __init__(
        self, parent: MessagePart, row: Row, action: Action, kind: QAccessible.Role = QAccessible.Role.Button
    ) -> None:
        super().__init__(parent, row, kind, action.words)
        self.readable = None
        self.action = action
        self.message_id = parent.message_id
        self.deeds = Deeds(
            lambda: parent.turn_to(self.action.name), lambda: self.view.reader.act(parent.message_id, self.action)
        )

    def key(self) -> Key:
        return id(self.row), f"{self.kind} {self.action.name} {self.action.words}"

    def is_action(self, name: str) -> bool:
        return name == self.action.name

    def state(self) -> QAccessible.State:
        state = super().state()
        state.readOnly = False
        state.focusable = True
        state.focused = self.is_action(self.view.reader.focused) and self.message_id == self.view.reader.current
        return state

    def box(self) -> QRect:
        inside = self.action.rect.toAlignedRect()
        row = super().box()
        return inside.translated(row.topLeft()) if row.isValid() else row


class MessagePart(Part):
    """A message in sight, or near."""

    def __init__(self, parent: QAccessibleInterface, view: TranscriptView, message: Message) -> None:
        whole = view.page.facet.is_one_text  # then what is around it is a document, not a list
        super().__init__(parent, view, QAccessible.Role.Section if whole else QAccessible.Role.ListItem)
        self.message = message
        self.message_id = message.id
        self.name, self.description = speaker(message), described(message)
        self.readable = Readable(lambda: self.item.text if self.item else "", self._character_box, self._offset_at)
        self.deeds = Deeds(self.turn_to)
        self._made_of: tuple[object, ...] = ()  # what of the rows decides about the parts, when they were made

    def renew(self, message: Message) -> None:
        """The message is another version of itself: who has it in hand keeps it, and is told what is different."""
        if message is self.message:
            return
        was_busy = self.message.state is State.STREAMING
        self.message = message
        self._made_of = ()  # what stands around its text is another now
        for event, name, now in (
            (QAccessible.Event.NameChanged, "name", speaker(message)),
            (QAccessible.Event.DescriptionChanged, "description", described(message)),
        ):
            if getattr(self, name) != now:
                setattr(self, name, now)
                tell(QAccessibleEvent(self, event))
        if was_busy != (message.state is State.STREAMING):
            changed = QAccessible.State()
            changed.busy = True
            tell(QAccessibleStateChangeEvent(self, changed))

    @property
    def item(self) -> Item | None:
        """The message as rows; None once it is not shown any more."""
        index = self.view.index_of(self.message_id)
        return self.view.page.item(index) if index is not None else None

    def sync(self) -> None:
        """Make the parts if the rows are others now; of what is still there they stay."""
        item = self.item
        if item is None:
            return
        rows = self._near(item)
        blocks = [row for row in rows if isinstance(row, BlockRow)]
        now = (
            item,  # in another style it is another one
            len(item.rows),
            tuple(rows) if item.is_long else (),
            sum(row.height > 0 for row in rows),  # before that, a row has no actions
            sum(row.refreshed for row in blocks),
            sum(row.said != "" for row in blocks),
            tuple(row.source.kind for row in item.body[-2:]),  # what still grows may become something else
        )
        if now == self._made_of:
            return
        self._made_of = now
        known = {part.key(): part for part in self.parts if isinstance(part, RowPart)}
        parts: list[Part] = []
        for fresh in self._inside(rows):
            part = known.pop(fresh.key(), fresh)
            if isinstance(part, ActionPart) and isinstance(fresh, ActionPart):
                part.action = fresh.action  # it may stand elsewhere now
            parts.append(part)
        self.parts = parts
        for part in known.values():
            QTimer.singleShot(0, part.retire)  # somebody may be asking it just now

    def turn_to(self, action: str = "") -> None:
        """Give this message, or something that can be done with it, the keyboard focus."""
        reader = self.view.reader
        reader.by_keys = True
        reader.set_current(self.message_id)
        self.view.setFocus()
        reader.focus(action)

    def text(self, which: QAccessible.Text) -> str:
        """The description ends with how the message begins: who walks from one to the next hears more than who spoke."""
        if which != QAccessible.Text.Description or self.kind != QAccessible.Role.ListItem or self.item is None:
            return super().text(which)
        return f"{self.description}\n{beginning(self.item)}".rstrip()

    def inside(self) -> list[Part]:
        self.sync()
        return self.parts

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # as above
        self.sync()
        return super().child(index)

    def childCount(self) -> int:
        self.sync()
        return super().childCount()

    def _near(self, item: Item) -> Sequence[Row]:
        """The rows whose parts are exposed: of a long message those in sight and some around."""
        if not item.is_long:
            return item.rows
        seen = [item.row_at(one.row.start) for one in self.view.page.placed if one.item is item and one.row.start >= 0]
        first = max(item.first, min(seen, default=item.first) - NEAR)
        last = min(item.last, max(seen, default=item.first) + NEAR)
        return [*item.rows[: item.first], *item.rows[first:last], *item.rows[item.last :]]

    def _inside(self, rows: Sequence[Row]) -> list[RowPart]:
        parts: list[RowPart] = []
        for row in rows:
            if isinstance(row, BlockRow):
                plain = QAccessible.Role.Section if row.said else QAccessible.Role.Paragraph
                parts.append(BlockPart(self, row, STANDS_OUT.get(row.source.kind, plain)))
                if row.height and "![" in row.source.markdown:
                    parts += [ImagePart(self, row, n, *told) for n, told in enumerate(row.block.images())]
            elif isinstance(row, FooterRow):
                parts.append(RowPart(self, row, QAccessible.Role.StaticText, row.spoken))
            elif isinstance(row, NoticeRow):
                parts.append(RowPart(self, row, QAccessible.Role.StaticText, row.words))
            if row.height:
                parts += [ActionPart(self, row, link, QAccessible.Role.Link) for link in row.links()]
                parts += [ActionPart(self, row, action) for action in row.actions() if action.name]
        return parts

    def state(self) -> QAccessible.State:
        state = super().state()
        state.offscreen = False  # the list can be read on beyond what is in sight
        state.focusable = True
        state.selectable = True
        is_current = self.message_id == self.view.reader.current
        state.selected = is_current
        state.focused = is_current and self.view.hasFocus()
        state.busy = self.message.state is State.STREAMING
        return state

    def box(self) -> QRect:
        return self.view.box_of(self.message_id) or QRect()

    def _character_box(self, offset: int) -> QRect:
        found = self.item.place_in(offset) if self.item else None
        for placed in self.view.page.placed if found else ():
            if found and placed.row is found[0]:
                caret = placed.row.caret_rect(found[1]).toAlignedRect()
                caret.translate(self.view.page.measure.left, placed.y)
                return QRect(self.view.viewport().mapToGlobal(caret.topLeft()), caret.size())
        return QRect()

    def _offset_at(self, at: QPoint) -> int:
        inside, item = self.view.viewport().mapFromGlobal(at), self.item
        for placed in self.view.page.placed:
            row = placed.row
            if placed.item is item and isinstance(row, BlockRow) and placed.y <= inside.y() < placed.y + placed.height:
                left = self.view.page.measure.left
                return placed.item.offset_of(row, row.position_at(QPointF(inside.x() - left, inside.y() - placed.y)))
        return -1


def beginning(item: Item) -> str:
    """How the text of a message begins, cut at a word."""
    taken: list[str] = []
    room = LONGEST
    for row in item.body:
        taken.append(row.text[: room + 1])
        room -= len(row.text) + 1
        if room < 0:
            whole = "\n".join(taken)[:LONGEST]
            return f"{whole.rsplit(maxsplit=1)[0]} …"
    return "\n".join(taken)


def described(message: Message) -> str:
    """How a message stands, and since when."""
    failure = message.failure.message if message.failure else ""
    return ", ".join(filter(None, (spoken_state(message), failure, when(message.created))))
