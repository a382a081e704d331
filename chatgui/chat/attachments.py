"""Files on their way into a conversation: read, judged, kept; and what is known of who can take them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chatgui.chat.accounts import Accounts
from chatgui.core.account import Account, model_named
from chatgui.core.attaching import LARGEST_IMAGE, Accepted, Kind, accept, kind_of, too_large
from chatgui.core.exif import without_notes
from chatgui.core.message import Attachment, Message
from chatgui.store import attachments as files
from chatgui.store.clean import clean
from chatgui.store.database import Database
from chatgui.store.reading import read_file
from chatgui.wire.dialects import dialect_of


@dataclass(frozen=True, slots=True)
class Loose:
    """A file that may be attached and is in memory only."""

    name: str
    content: bytes
    accepted: Accepted

    def attachment(self) -> Attachment:
        """The part that names it. Linear in its size. Raises UsageError for an image too large to be sent."""
        size, judged = len(self.content), self.accepted
        if kind_of(judged.media_type) is Kind.IMAGE and size > LARGEST_IMAGE:
            raise too_large(self.name, size, LARGEST_IMAGE)
        digest = hashlib.sha256(self.content).hexdigest()
        return Attachment(digest, judged.media_type, self.name, size, judged.width, judged.height)


async def read(path: Path) -> Loose:
    """A file from the disk, read and judged in a thread. Raises UsageError, in words, for what cannot be attached."""
    return await asyncio.to_thread(lambda: _judged(path.name, read_file(path)))


async def judge(name: str, content: bytes) -> Loose:
    """Bytes from elsewhere (the clipboard), judged in a thread. Raises UsageError."""
    return await asyncio.to_thread(_judged, name, content)


def _judged(name: str, content: bytes) -> Loose:
    """A photo is taken without what the camera wrote beside it, unless it says which side is up."""
    name = clean(name)
    accepted = accept(name, content)
    if accepted.media_type == "image/jpeg" and not accepted.is_turned:
        content = without_notes(content)
    return Loose(name, content, accepted)


class Attachments:
    """The files of the library, and who can take them."""

    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._db = database
        self._accounts = accounts

    async def keep(self, loose: Loose) -> Attachment:
        """Put a file into the library, once. It stays if a draft or a message names it within a day."""
        part = await asyncio.to_thread(loose.attachment)
        await self._db.write(files.save, loose.content, part.media_type, part.name, durable=True)
        return part

    async def content(self, attachment: Attachment) -> bytes | None:
        """Its bytes; None if they are gone."""
        return (await self._db.call(files.load, [attachment.sha256])).get(attachment.sha256)

    async def contents(self, history: Iterable[Message]) -> Mapping[str, bytes]:
        """The bytes of all files these messages name, by SHA-256."""
        wanted = {part.sha256 for one in history for part in one.parts if isinstance(part, Attachment)}
        return await self._db.call(files.load, sorted(wanted)) if wanted else {}

    def sees(self, account: Account, model: str) -> bool | None:
        """Whether a model sees images, if its account's list of models says; never guessed."""
        known = model_named(model, self._accounts.known_models(account.id))
        return known.vision if known is not None else None

    def doubt(self, account: Account, model: str, attachments: Sequence[Attachment]) -> str:
        """Why a model will not get these files, in a sentence; empty if nothing is known against it."""
        kinds = {kind_of(one.media_type) for one in attachments}
        if Kind.IMAGE in kinds and self.sees(account, model) is False:
            return f"{model} does not see images, says {account.name}: it will be sent their names only."
        takes_files = dialect_of(account).takes_files
        if Kind.PDF in kinds and takes_files is False:
            return f"{account.name} takes no PDF: it will be sent the names only."
        if Kind.PDF in kinds and takes_files is None:
            return f"Whether {account.name} takes PDF is not known. If it refuses, send the text instead."
        return ""
