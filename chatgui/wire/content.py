"""The insides of a delta: parts, reasoning in its many spellings, images, citations. Pure readers that never raise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# One of these carries the reasoning of a delta; several carry the same text, so the first one wins and none are added up.
REASONING = (
    "reasoning_content",
    "reasoning",
    "reasoning_text",
    "thinking",
    "thinking_content",
    "thoughts",
    "reasoningContent",
)
# Those that a history can carry: sent back under the name they came by.
SENT_BACK = ("reasoning", "reasoning_content", "reasoning_text")
TEXT_PARTS = {"text", "output_text", "input_text"}
REASONING_PARTS = {"thinking", "reasoning", "reasoning_text", "summary_text", "reasoning.text", "reasoning.summary"}


def reasoning_of(delta: Mapping[str, Any]) -> tuple[str, str]:
    """(field, text) of the reasoning in a delta; empty strings if there is none."""
    for name in REASONING:
        value = delta.get(name)
        if value and (text := value if isinstance(value, str) else _inner(value)):
            return name, text
    for name in ("reasoning_details", "thinking_blocks"):
        if delta.get(name) and (text := _inner(delta[name])):
            return name, text
    return "", ""


def _inner(value: Any, depth: int = 4) -> str:
    """The text somewhere in a part, a list of parts, or a plain string."""
    if isinstance(value, str):
        return value
    if depth <= 0:
        return ""
    if isinstance(value, list):
        return "".join(_inner(one, depth - 1) for one in value)
    if isinstance(value, dict):
        for name in ("text", "thinking", "summary", "content", "value"):
            if value.get(name):
                return _inner(value[name], depth - 1)
    return ""


def parts(content: Any) -> Iterator[tuple[str, str]]:
    """(kind, text) of content given as a list of parts or one part; kinds are text, reasoning, refusal and image."""
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, str) and part:
            yield "text", part
        elif isinstance(part, dict):
            kind = part.get("type")
            if kind in REASONING_PARTS and (text := _inner(part)):
                yield "reasoning", text
            elif kind == "refusal" and isinstance(words := part.get("refusal"), str) and words:
                yield "refusal", words
            elif kind == "image_url":
                yield from (("image", url) for url in images([part]))
            elif words := _inner(part if kind in TEXT_PARTS else part.get("text")):
                yield "text", words


def images(value: Any) -> Iterator[str]:
    """URLs of the images in a delta's `images`."""
    for one in value if isinstance(value, list) else []:
        if isinstance(one, dict):
            holder = one.get("image_url", one.get("url"))
            url = holder.get("url") if isinstance(holder, dict) else holder
            if isinstance(url, str) and url:
                yield url
            elif isinstance(data := one.get("b64_json"), str) and data:
                yield f"data:image/png;base64,{data}"
        elif isinstance(one, str) and one:
            yield one


def sources(value: Any) -> tuple[tuple[str, str], ...]:
    """(url, title) of citations, annotations or search results; only web addresses."""
    found: list[tuple[str, str]] = []
    for one in value if isinstance(value, list) else []:
        if isinstance(one, str):
            found.append((one, ""))
        elif isinstance(one, dict):
            inner = one.get("url_citation")
            holder = inner if isinstance(inner, dict) else one
            url, title = holder.get("url"), holder.get("title")
            if isinstance(url, str):
                found.append((url, title if isinstance(title, str) else ""))
    return tuple((url[:2000], title[:500]) for url, title in found if url.startswith(("https://", "http://")))


class Opaque:
    """Reasoning details to be sent back unmodified, put together again from their fragments."""

    def __init__(self) -> None:
        self._details: list[dict[str, Any]] = []
        self._grown: list[dict[str, list[str]]] = []

    def take(self, delta: Mapping[str, Any]) -> None:
        """Remember the details of one delta."""
        for name in ("reasoning_details", "thinking_blocks"):
            details = delta.get(name)
            if isinstance(details, list):
                for one in details:
                    if isinstance(one, dict):
                        self._one(one)
                break
        opaque = delta.get("reasoning_opaque")
        if isinstance(opaque, str) and opaque:
            self._one({"type": "reasoning_opaque", "data": opaque})

    def _one(self, detail: dict[str, Any]) -> None:
        texts = {name: value for name in ("text", "summary", "thinking") if isinstance(value := detail.get(name), str)}
        last = self._details[-1] if self._details else None
        same = last is not None and all(last.get(name) == detail.get(name) for name in ("type", "index"))
        if last is None or not same or not (texts or "signature" in detail) or detail.get("data"):
            self._details.append(dict(detail))
            self._grown.append({name: [value] for name, value in texts.items()})
            return
        last.update({name: value for name, value in detail.items() if name not in texts and value is not None})
        for name, value in texts.items():
            self._grown[-1].setdefault(name, []).append(value)

    @property
    def details(self) -> tuple[dict[str, Any], ...]:
        """The details, if there is anything among them but text (which is kept as reasoning anyway)."""
        if not any(one.get("data") or one.get("signature") for one in self._details):
            return ()
        return tuple(
            {**one, **{name: "".join(pieces) for name, pieces in grown.items()}}
            for one, grown in zip(self._details, self._grown, strict=True)
        )
