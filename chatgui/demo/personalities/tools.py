"""An answer that asks for tools, in fragments."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from chatgui.demo.ask import Ask, text
from chatgui.demo.count import Tally, pieces, words
from chatgui.demo.personalities.base import Json, Personality, Speech
from chatgui.demo.words import plural

_OWN: tuple[Json, ...] = (
    {"name": "count_words", "parameters": {"properties": {"text": {"type": "string"}}}},
    {"name": "look_at_clock", "parameters": {"properties": {}}},
)
_SAMPLES: dict[str, Any] = {"integer": 1, "number": 1.5, "boolean": True, "array": [], "object": {}, "null": None}


class Tools(Personality):
    """Names the first two tools of the request, or two of its own; a tool's result is read back in words."""

    name = "tools"
    sentence = "asks for tools instead of answering; their results are read back to you"
    models = ("tools",)

    def compose(self, ask: Ask) -> Speech:
        """A sentence before the calls, or about the results."""
        results = _results(ask)
        if results:
            read = "\n".join(f"- {plural(words(one), 'word')}: {' '.join(one.split())[:200]}" for one in results)
            return Speech("", f"The tools answered, and I only count:\n\n{read}\n")
        offered = ask.body.get("tools")
        whose = "you offered" if offered else "I made up, because you offered none"
        reasoning = f"I look at the tools of the request and name those {whose}.\n" if ask.effort else ""
        said = f"I ask for {plural(len(_calls(ask)), 'tool')} that {whose}. Calls are shown here and never run by themselves.\n"
        return Speech(reasoning, said, "tool_calls")

    def tally(self, ask: Ask, speech: Speech) -> Tally:
        """Arguments are tokens, too."""
        tally = super().tally(ask, speech)
        extra = sum(len(pieces(call["function"]["arguments"])) for call in _pending(ask, speech))
        return Tally(tally.prompt, tally.completion + extra, tally.reasoning)

    def deltas(self, ask: Ask, speech: Speech) -> Iterator[Json]:
        """Text, then each call: id and name first, then its arguments in pieces, told apart by index."""
        yield from super().deltas(ask, speech)
        for index, call in enumerate(_pending(ask, speech)):
            function = {"name": call["function"]["name"], "arguments": ""}
            yield self.chunk(ask, {"tool_calls": [{"index": index, **call, "function": function}]})
            for piece in pieces(call["function"]["arguments"]):
                yield self.chunk(ask, {"tool_calls": [{"index": index, "function": {"arguments": piece}}]})

    def message(self, ask: Ask, speech: Speech) -> Json:
        """With the calls, if there are any."""
        calls = _pending(ask, speech)
        return {**super().message(ask, speech), **({"tool_calls": calls} if calls else {})}


def _results(ask: Ask) -> list[str]:
    results: list[str] = []
    for one in reversed(ask.messages):
        if one.get("role") != "tool":
            break
        results.insert(0, text(one))
    return results


def _pending(ask: Ask, speech: Speech) -> list[Json]:
    return _calls(ask) if speech.finish == "tool_calls" else []


def _calls(ask: Ask) -> list[Json]:
    offered = ask.body.get("tools")
    known = [one.get("function") for one in offered if isinstance(one, dict)] if isinstance(offered, list) else []
    functions = [one for one in known if isinstance(one, dict) and isinstance(one.get("name"), str)] or list(_OWN)
    return [
        {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": one["name"], "arguments": _arguments(one, ask)},
        }
        for number, one in enumerate(functions[:2], 1)
    ]


def _arguments(function: Json, ask: Ask) -> str:
    parameters = function.get("parameters")
    properties = parameters.get("properties") if isinstance(parameters, dict) else None
    filled = {}
    for name, schema in (properties if isinstance(properties, dict) else {}).items():
        kind = schema.get("type") if isinstance(schema, dict) else None
        filled[name] = _SAMPLES[kind] if isinstance(kind, str) and kind in _SAMPLES else ask.prompt[:80]
    return json.dumps(filled, ensure_ascii=False)
