"""Import formats. A new one is a file with a `Reader` and a line here; the more particular come first."""

from __future__ import annotations

from chatgui.exchange.importers.base import Found, Reader
from chatgui.exchange.importers.chatbox import CHATBOX
from chatgui.exchange.importers.chatgpt import CHATGPT
from chatgui.exchange.importers.cherry_studio import CHERRY_STUDIO
from chatgui.exchange.importers.claude import CLAUDE
from chatgui.exchange.importers.jan import JAN
from chatgui.exchange.importers.librechat import LIBRECHAT
from chatgui.exchange.importers.lobechat import LOBECHAT
from chatgui.exchange.importers.open_webui import OPEN_WEBUI
from chatgui.exchange.importers.openai_messages import OPENAI_MESSAGES
from chatgui.exchange.importers.own import OWN

__all__ = ["READERS", "Found", "Reader"]

READERS: tuple[Reader, ...] = (
    OWN,
    CHATGPT,
    CLAUDE,
    OPEN_WEBUI,
    LIBRECHAT,
    CHERRY_STUDIO,
    CHATBOX,
    LOBECHAT,
    JAN,
    OPENAI_MESSAGES,
)
