"""Tool calls from their fragments: which call a fragment belongs to, when index, id and name may each be missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from chatgui.core.delta import ToolCallDelta


class _Call:
    __slots__ = ("begun", "id", "name", "place")

    def __init__(self, place: int, call_id: str) -> None:
        self.place = place  # the index it is given out with
        self.id = call_id
        self.name = ""
        self.begun = False  # whether it has arguments already


class Calls:
    """The tool calls of one answer; gives every fragment the settled index of its call."""

    def __init__(self) -> None:
        self._by_slot: dict[tuple[int, object], _Call] = {}
        self._last: _Call | None = None
        self._count = 0

    def feed(self, choice: int, delta: dict[str, Any]) -> Iterator[ToolCallDelta]:
        """The tool calls of a delta of this choice, the legacy `function_call` included."""
        fragments = delta.get("tool_calls")
        for fragment in fragments if isinstance(fragments, list) else [fragments]:
            if isinstance(fragment, dict):
                function = fragment.get("function")
                # Some put name and arguments straight into the call.
                yield self._fragment(choice, fragment, function if isinstance(function, dict) else fragment)
        legacy = delta.get("function_call")
        if isinstance(legacy, dict):
            yield self._fragment(choice, {"index": "function_call"}, legacy)

    def _fragment(self, choice: int, fragment: dict[str, Any], function: dict[str, Any]) -> ToolCallDelta:
        call_id, name = _text(fragment.get("id")), _text(function.get("name"))
        arguments = _arguments(function.get("arguments"))
        call = self._find(choice, fragment.get("index"), call_id, name, arguments)
        call.id, call.name = call.id or call_id, call.name or name
        call.begun = call.begun or bool(arguments)
        self._last = call
        return ToolCallDelta(call.place, call_id, name, arguments)

    def _find(self, choice: int, index: Any, call_id: str, name: str, arguments: str) -> _Call:
        if isinstance(index, (int, str)) and not isinstance(index, bool):
            slot = (choice, index)
            known = self._by_slot.get(slot)
            if known is None or (call_id and known.id and call_id != known.id):
                known = self._by_slot[slot] = self._new(call_id)
            return known
        same = next((one for one in self._by_slot.values() if call_id and one.id == call_id), None)
        if same is not None:
            return same
        last = self._last
        # Without an index: a new id, or a new name after arguments had begun, begins a new call.
        begins = last is None or (call_id and last.id and call_id != last.id) or (not call_id and name and last.begun)
        if begins or last is None:
            last = self._new(call_id)
            self._by_slot[(choice, f"#{last.place}")] = last
        return last

    def _new(self, call_id: str) -> _Call:
        call = _Call(self._count, call_id)
        self._count += 1
        return call


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _arguments(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()
