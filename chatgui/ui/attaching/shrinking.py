"""Huge photos made smaller and photos on their side turned, in the child process that decodes every image."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace

from chatgui.chat.attachments import Loose
from chatgui.core.attaching import LARGEST_SIDE, Accepted
from chatgui.core.errors import UsageError
from chatgui.ui.transcript.blocks.errands import errands

PATIENCE = 5  # times what the child takes for a picture that is only shown


async def shrunk(loose: Loose) -> Loose:
    """The same photo, upright, with sides that models look at whole. Raises UsageError if it cannot be decoded."""
    content = await asyncio.to_thread(base64.b64encode, loose.content)
    kind = loose.accepted.media_type.removeprefix("image/")
    answer = await errands().answer(
        {"kind": "shrink", "format": kind, "content": content, "room": [LARGEST_SIDE] * 2, "patience": PATIENCE}
    )
    if answer is None:
        raise UsageError(
            f"“{loose.name}” is too large to be sent as it is, and could not be made smaller.",
            code="attachment_refused", advice="It may be damaged. Try to save it in another format.",
        )  # fmt: skip
    made = await asyncio.to_thread(base64.b64decode, answer["content"])
    judged = Accepted(f"image/{answer['format']}", answer["width"], answer["height"])
    stem = loose.name.rpartition(".")[0] or loose.name
    return replace(
        loose, name=f"{stem}.{'jpg' if answer['format'] == 'jpeg' else 'png'}", content=made, accepted=judged
    )
