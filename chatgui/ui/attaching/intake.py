"""Files coming in: pasted, dropped or chosen, they are read beside the window, made smaller where huge, and put into the tray."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject

from chatgui.chat.attachments import Loose, judge, read
from chatgui.core.attaching import (
    LARGEST_IMAGE,
    MOST_FILES,
    MOST_PIXELS,
    MOST_TOGETHER,
    Kind,
    in_bytes,
    kind_of,
    short,
)
from chatgui.core.change import AccountsChanged, Change
from chatgui.core.errors import ChatError, UsageError
from chatgui.core.message import Attachment
from chatgui.ui.attaching.chip import AttachmentChip
from chatgui.ui.attaching.dropping import DropTarget
from chatgui.ui.attaching.offered import Offered, encoded
from chatgui.ui.attaching.shrinking import shrunk
from chatgui.ui.choosing import ask_for_files
from chatgui.ui.conversation_binding import ConversationBinding
from chatgui.ui.notices import told
from chatgui.ui.stage import Stage
from chatgui.ui.tasks import Tasks
from chatgui.ui.transcript import shelf
from chatgui.ui.transcript.blocks import album

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from chatgui.chat.session import Session

PASTED_TEXT, PASTED_PICTURE = "Pasted text.txt", "Pasted picture"
Source: TypeAlias = tuple[str, Callable[[], Awaitable[Loose]]]  # a name to show meanwhile, and how it is read


class Intake(QObject):
    """Brings files into the composer of the shown conversation; those of one that is left go into its draft."""

    def __init__(self, session: Session, stage: Stage, tasks: Tasks, conversation: ConversationBinding) -> None:
        super().__init__(stage)
        self._session = session
        self._stage = stage
        self._tasks = tasks
        self._shown = conversation
        self._composer, self._tray = stage.composer, stage.composer.tray
        self._folder = ""  # where files were chosen last
        self._closed = False
        self._unsubscribe = session.changed.subscribe(self._hear)
        self._drops = DropTarget(stage, self._composer)
        self._drops.dropped.connect(self.take)
        self._composer.editor.offered.connect(self.take)
        self._composer.editor.long_paste.connect(self._offer_file)
        self._composer.file_wanted.connect(self._paste_as_file)
        self._composer.attach_wanted.connect(self.choose)
        self._tray.changed.connect(self._look)
        stage.header.model_shown.connect(self._look)
        self._look()

    def close(self) -> None:
        """Hear no more."""
        self._closed = True
        self._unsubscribe()

    # Ways in

    def choose(self) -> None:
        """Ask for files of this machine."""
        ask_for_files(self._stage, "Attach files", self._chosen, folder=self._folder)

    def _chosen(self, paths: list[Path]) -> None:
        self._folder = str(paths[0].parent) if paths else self._folder
        self.take(Offered(tuple(paths)))

    def take(self, offered: Offered) -> None:
        """Take in what was pasted, dropped or chosen."""
        if offered.paths:
            self._start([(path.name or str(path), partial(read, path)) for path in offered.paths])
        elif offered.picture:
            name = f"{PASTED_PICTURE}.{offered.suffix}"
            self._start([(name, partial(judge, name, offered.picture))])
        elif offered.drawn is not None:
            self._start([(f"{PASTED_PICTURE}.png", partial(_drawn, offered.drawn))])

    def _offer_file(self, text: str, start: int) -> None:
        """A longer text was pasted into the editor: it may be a file instead, if the user likes."""
        words = f"Pasted {len(text):,} characters as text."
        self._stage.notices.say(words, [("Attach as File", lambda: self._text_to_file(text, start))])

    def _text_to_file(self, text: str, start: int) -> None:
        self._composer.editor.take_out(text, start)
        self._start([(PASTED_TEXT, partial(_text, text))])

    def _paste_as_file(self, at: int) -> None:
        """A large text that stands beside the editor becomes a file; if it cannot be one, it stands there again."""
        text = self._composer.take_pasted(at)
        self._start([(PASTED_TEXT, partial(_text, text))], refused=lambda: self._composer.put_pasted(text))

    # Taking in

    def _start(self, sources: Sequence[Source], refused: Callable[[], object] = lambda: None) -> None:
        room = max(0, MOST_FILES - len(self._tray.chips))
        if len(sources) > room:
            self._say(f"A message takes {MOST_FILES} files at most.")
        chips = [(self._tray.begin(name), load) for name, load in sources[:room]]
        self._composer.stir()
        if chips:
            self._tasks.start(self._take_all(chips, refused, self._shown.id))

    async def _take_all(
        self,
        chips: list[tuple[AttachmentChip, Callable[[], Awaitable[Loose]]]],
        refused: Callable[[], object],
        here: str,
    ) -> None:
        troubles: list[str] = []
        smaller: list[tuple[Attachment, Loose]] = []
        for chip, load in chips:
            attachment = None
            try:
                whole = await load()
                loose = await _fitting(whole)
                attachment = await self._keep(chip, loose, here)
            except ChatError as error:
                troubles.append(told(error))
                refused()
                continue
            finally:
                if attachment is None and not self._closed:  # whatever went wrong: nothing waits for it for ever
                    self._tray.finish(chip, None)
            if loose is not whole and whole.accepted.is_huge:
                smaller.append((attachment, whole))
            if loose is whole and whole.accepted.is_huge:
                troubles.append(f"“{short(whole.name)}” could not be made smaller and will be sent as it is.")
        if troubles:
            more = f" {len(troubles) - 2} more were refused or not made smaller." if len(troubles) > 3 else ""
            self._say("\n".join(troubles if not more else troubles[:2]) + more)
        elif smaller:
            self._tell_smaller(smaller)

    async def _keep(self, chip: AttachmentChip, loose: Loose, here: str) -> Attachment:
        together = sum(one.size for one in self._tray.attachments) + len(loose.content)
        if together > MOST_TOGETHER:
            words = f"With “{short(loose.name)}” the files would have {in_bytes(together)} together"
            raise UsageError(f"{words}; a message takes {in_bytes(MOST_TOGETHER)}.", code="attachment_refused")
        attachment = await self._session.attachments.keep(loose)
        if kind_of(attachment.media_type) is Kind.IMAGE:
            show_image(attachment, loose.content)
        if not self._tray.finish(chip, attachment) and not chip.is_unwanted:
            await self._keep_elsewhere(attachment, here)
        return attachment

    async def _keep_elsewhere(self, attachment: Attachment, here: str) -> None:
        """The conversation was left while its file was read; it may be shown again by now."""
        if self._shown.id == here:
            self._tray.finish(self._tray.begin(attachment.name), attachment)
            return
        draft = (await self._session.conversation(here)).unsent
        await self._session.drafts.save(here, draft.text, (*draft.attachments, attachment))

    def _tell_smaller(self, smaller: list[tuple[Attachment, Loose]]) -> None:
        attachment, whole = smaller[0]
        if len(smaller) == 1:
            before, after = whole.accepted, attachment
            sizes = f"{before.width} × {before.height} → {after.width} × {after.height}"
            words = f"“{short(whole.name)}” was made smaller: {sizes}."
        else:
            words = f"{len(smaller)} photos were made smaller."
        can_be_whole = all(len(one.content) <= LARGEST_IMAGE for _, one in smaller)
        acts = [("Use Full Size", lambda: self._tasks.start(self._make_whole(smaller)))] if can_be_whole else []
        self._stage.notices.say(words, acts)

    async def _make_whole(self, smaller: list[tuple[Attachment, Loose]]) -> None:
        here = self._shown.id
        for attachment, whole in smaller:
            for chip in [one for one in self._tray.chips if one.attachment == attachment]:
                chip.attachment = None
                try:
                    await self._keep(chip, whole, here)
                except ChatError as error:
                    self._say(told(error))
                finally:
                    if chip.attachment is None and not self._closed:  # it stays as it was
                        self._tray.finish(chip, attachment)

    # What is said of them

    def _hear(self, change: Change) -> None:
        if isinstance(change, AccountsChanged):
            self._look()

    def _look(self) -> None:
        """Say what is known against sending these files to this model."""
        attachments = self._tray.attachments
        account, model = self._shown.asked() if attachments else (None, "")
        words = self._session.attachments.doubt(account, model, attachments) if account else ""
        self._composer.notes.say("attachments", words)

    def _say(self, words: str) -> None:
        self._stage.notices.say(words, meaning="error", stays=True)


def show_image(attachment: Attachment, content: bytes) -> None:
    """Let the album decode an attached image, for whoever shows it."""
    album.supply(shelf.address(attachment), content, largest=LARGEST_IMAGE, pixels=MOST_PIXELS)


async def _fitting(loose: Loose) -> Loose:
    """A photo with more pixels than models look at is made smaller, one that lies on its side is turned.

    One with which that cannot be done is sent as it is, if it may be.
    """
    if not loose.accepted.is_huge and not loose.accepted.is_turned:
        return loose
    try:
        return await shrunk(loose)
    except UsageError:
        if len(loose.content) > LARGEST_IMAGE:
            raise
        return loose


async def _text(text: str) -> Loose:
    return await judge(PASTED_TEXT, await asyncio.to_thread(text.encode, "utf-8", "replace"))


async def _drawn(drawn: QImage) -> Loose:
    return await judge(f"{PASTED_PICTURE}.png", await asyncio.to_thread(encoded, drawn))
