"""The files of the message that is being written, as chips above it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from chatgui.core.message import Attachment
from chatgui.ui.attaching.chip import HEIGHT, AttachmentChip
from chatgui.ui.attaching.flow import FlowLayout
from chatgui.ui.theme import Theme

GAP = 6
LINES = 2.4  # of chips are shown, then they scroll: that there are more is seen


class Tray(QScrollArea):
    """Holds what will be sent with the message, in order. It takes no room while empty."""

    changed = Signal()  # other files stand here
    open_wanted = Signal(Attachment)
    picture_wanted = Signal(Attachment)
    left = Signal()  # the last chip with the focus went

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.chips: list[AttachmentChip] = []
        self.setObjectName("Tray")
        self.setAccessibleName("Attachments")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self._flow = FlowLayout(GAP)
        inside.setLayout(self._flow)
        self.setWidget(inside)
        self.hide()

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """What stands here and is read."""
        return tuple(chip.attachment for chip in self.chips if chip.attachment is not None)

    @property
    def is_reading(self) -> bool:
        """Whether a file is not read yet."""
        return any(chip.attachment is None for chip in self.chips)

    def put(self, attachments: Sequence[Attachment]) -> None:
        """Let these stand here instead, without calling it a change."""
        if self.attachments == tuple(attachments) and not self.is_reading:
            return
        for chip in list(self.chips):
            self._drop(chip)
        for attachment in attachments:
            self.begin(attachment.name).show_attachment(attachment)

    def begin(self, name: str) -> AttachmentChip:
        """A file that is being read."""
        chip = AttachmentChip(name, self._theme)
        chip.open_wanted.connect(self.open_wanted)
        chip.picture_wanted.connect(self.picture_wanted)
        chip.remove_wanted.connect(lambda: self.remove(chip))
        self.chips.append(chip)
        self._flow.addWidget(chip)
        chip.show()
        self._fit()
        return chip

    def finish(self, chip: AttachmentChip, attachment: Attachment | None) -> bool:
        """It has been read, or (None) will not be; whether it was still wanted. The same file stands here once."""
        if chip not in self.chips:
            return False
        if attachment is None or attachment in self.attachments:
            self._drop(chip)
        else:
            chip.show_attachment(attachment)
        self.changed.emit()
        return True

    def remove(self, chip: AttachmentChip) -> None:
        """Take a file out; the focus goes to the one beside it."""
        if chip not in self.chips:
            return
        chip.is_unwanted = True
        at, had_focus = self.chips.index(chip), chip.isAncestorOf(self.focusWidget() or self)
        self._drop(chip)
        if had_focus and self.chips:
            self.chips[min(at, len(self.chips) - 1)].face.setFocus()
        elif had_focus:
            self.left.emit()
        self.changed.emit()

    def _drop(self, chip: AttachmentChip) -> None:
        self.chips.remove(chip)
        self._flow.removeWidget(chip)
        chip.hide()
        chip.deleteLater()
        self._fit()

    def _fit(self) -> None:
        """As high as the lines of chips, up to `LINES`."""
        self.setVisible(bool(self.chips))
        self._flow.invalidate()
        needed = self._flow.heightForWidth(max(120, self.viewport().width()))
        most = round(LINES * (HEIGHT + GAP))
        self.setFixedHeight(min(needed, most))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width: another number of lines."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Laid out anew: another font, another scale."""
        if event.type() == QEvent.Type.LayoutRequest and self.chips:
            self._fit()
        return bool(super().event(event))
