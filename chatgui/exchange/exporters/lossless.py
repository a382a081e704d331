"""JSON: everything, so that importing it brings everything back.

The file is one object, UTF-8, the same bytes for the same conversations::

    {
      "format": "chatgui-conversations",
      "version": 1,                     raised when an older reader would misunderstand the file
      "conversations": [
        {
          "id": "…",                    identifiers are 1 to 64 of A-Z a-z 0-9 _ -
          "title": "…",
          "created": "2026-11-20T20:10:09.123456Z",       every time is ISO 8601 in UTC
          "updated": "…",
          "account": "…",               the account's identifier where this was exported
          "model": "…",
          "system": "…",                the system prompt
          "params": {"temperature": 0.2},
          "assistant": "…",             the assistant's identifier where this was exported
          "draft": "…",                 what stood unsent in the composer
          "tip": "…" or null,           the last message of the shown branch
          "shelf": {"pinned": false, "archived": false, "folder": "", "tags": []},
          "messages": [                 the whole tree, a message never before the one it answers
            {
              "id": "…", "parent": "…" or null,
              "role": "system" | "user" | "assistant" | "tool",
              "state": "finished" | "stopped" | "interrupted" | "failed",
              "created": "…", "account": "the account's name then", "model": "…",
              "parts": [
                {"kind": "text", "text": "…"},
                {"kind": "reasoning", "text": "…", "opaque": [provider's objects]},
                {"kind": "refusal", "text": "…"},
                {"kind": "tool_call", "id": "…", "name": "…", "arguments": "…"},
                {"kind": "tool_result", "call_id": "…", "text": "…"},
                {"kind": "attachment", "sha256": "…", "media_type": "…", "name": "…", "size": 1},
                {"kind": "sources", "sources": [{"url": "…", "title": "…"}]},
                {"kind": "image", "url": "…"}
              ],
              "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "reasoning_tokens": null,
                        "cached_tokens": null, "tokens_per_second": null, "cost": null, "currency": null,
                        "source": "reported" | "estimated" | "unknown", "cost_source": "…", "partial": false,
                        "sent_tokens": null, "raw": provider's object or null},
              "timing": {"ttft_ms": 12.3, "thinking_ms": null, "duration_ms": 456.7, "deltas": 28},
              "finish_reason": "stop" or null,
              "failure": null or {"kind", "message", "status", "code", "request_id", "retryable", "retry_after",
                                  "advice", "said"},
              "params": {}, "edited": false
            }
          ],
          "attachments": [{"sha256": "…", "data": "base64"}]
        }
      ]
    }

An unknown number is null, never 0. There is no key in it. An answer still being written is saved as interrupted. Of the
options only `reasoning` counts: without it the reasoning parts are left out, and the file is whole no more.
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
