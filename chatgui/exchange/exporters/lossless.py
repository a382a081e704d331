"""JSON: everything, so that importing it brings everything back. `chatgui/exchange/json-format.md` describes it, field by field.

Of the options only `reasoning` counts: without it the reasoning parts are left out, and the file is whole no more.
"""

from __future__ import annotations

from chatgui.core.message import Reasoning, State
from chatgui.exchange.codec import Entry, entry_to_json
from chatgui.exchange.exporters.base import Exporter, Options
from chatgui.exchange.jsontext import dumps

FORMAT = "chatgui-conversations"
VERSION = 1


class _Archive:
    def __init__(self, title: str, options: Options) -> None:
        del title
        self._options = options
        self._before = f'{{"format":"{FORMAT}","version":{VERSION},"conversations":[\n'

    def add(self, entry: Entry) -> bytes:
        value = entry_to_json(entry)
        for message in value["messages"]:
            if message["state"] == State.STREAMING:
                message["state"] = State.INTERRUPTED.value
            if not self._options.reasoning:
                message["parts"] = [part for part in message["parts"] if part["kind"] != Reasoning.kind]
        text = self._before + dumps(value)
        self._before = ",\n"
        return text.encode()

    def end(self) -> bytes:
        opening = self._before if self._before != ",\n" else ""
        return f"{opening}\n]}}\n".encode()


JSON = Exporter("json", ".json", "JSON (everything, to import again)", _Archive, frozenset({"reasoning"}))
