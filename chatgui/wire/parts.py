"""What a user's message says, as content parts: words, images as data URLs, text files in a fence, other files whole."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chatgui.core.attaching import Kind, kind_of, short, text_of
from chatgui.core.errors import UsageError
from chatgui.core.message import Attachment, Message, Refusal, Text

AUDIO = {"audio/wav": "wav", "audio/x-wav": "wav", "audio/mpeg": "mp3", "audio/mp3": "mp3"}


@dataclass(frozen=True, slots=True)
class Senses:
    """What the model and its server are known to take; `None` is not known, and then it is tried."""

    images: bool | None = None
    files: bool | None = None


def user_content(message: Message, contents: Mapping[str, bytes], senses: Senses) -> str | list[dict[str, Any]]:
    """The content of a user's message; a plain string where words are all there is.

    Raises UsageError if an attachment's bytes are missing.
    """
    parts = [_part(part, contents, senses) for part in message.parts if isinstance(part, (Text, Refusal, Attachment))]
    if all(part["type"] == "text" for part in parts):
        return "\n\n".join(part["text"] for part in parts)
    return parts


def _part(part: Text | Refusal | Attachment, contents: Mapping[str, bytes], senses: Senses) -> dict[str, Any]:
    if not isinstance(part, Attachment):
        return _text(part.text)
    kind = kind_of(part.media_type)
    plain = part.media_type.split(";", maxsplit=1)[0].strip().lower()
    is_image = kind is Kind.IMAGE or plain.startswith("image/")
    if is_image and senses.images is False:
        return _text(f"[The image “{short(part.name)}” was not sent: this model does not see images.]")
    if kind in (Kind.PDF, Kind.OTHER) and not is_image and plain not in AUDIO and senses.files is False:
        return _text(f"[The file “{short(part.name)}” was not sent: this provider takes no files.]")
    if part.sha256 not in contents:
        raise UsageError(
            f"The file “{short(part.name)}” is missing.",
            code="attachment_missing",
            advice="Take it out of the message.",
        )
    content = contents[part.sha256]
    if kind is Kind.TEXT:
        return _text(fenced(part.name, text_of(part.media_type, content)))
    encoded = base64.b64encode(content).decode()
    if is_image:
        return {"type": "image_url", "image_url": {"url": f"data:{plain};base64,{encoded}"}}
    if plain in AUDIO:
        return {"type": "input_audio", "input_audio": {"data": encoded, "format": AUDIO[plain]}}
    return {
        "type": "file",
        "file": {"filename": part.name, "file_data": f"data:{plain or 'application/octet-stream'};base64,{encoded}"},
    }


def _text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def fenced(name: str, text: str) -> str:
    """A text file in a prompt: its name, and its text between fences longer than any inside it."""
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    end = "" if text.endswith("\n") else "\n"
    return f"{short(name)}:\n{fence}\n{text}{end}{fence}"
