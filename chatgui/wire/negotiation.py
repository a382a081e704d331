"""A request refused because of one field gets one more chance without it, or with it said otherwise.

A row per thing servers are known to refuse. What helped is reported as a trait of the account, so that it is not asked twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chatgui.core.errors import ChatError, Kind
from chatgui.wire.request import Manner

Body = Mapping[str, Any]
Change = tuple[Manner, Mapping[str, Any]]  # the new manner, and the traits that say so
STATUSES = {400, 404, 405, 415, 422, 500, 501}
REFUSALS = {Kind.INVALID_REQUEST, Kind.NOT_FOUND, Kind.UNAVAILABLE, Kind.CONTENT_REFUSED}
UNWELCOME = (
    r"(unsupported|unknown|unrecognized|unexpected|invalid|forbidden|cannot|must not|does(n.t| not) support"
    r"|not (supported|permitted|allowed|recognized|valid|implemented)|extra (inputs|fields)|additional propert)"
)


@dataclass(frozen=True, slots=True)
class Row:
    """`words` in the server's text and a fitting request (`applies`) lead to `change`."""

    words: re.Pattern[str]
    applies: Callable[[Body, Manner], bool]
    change: Callable[[Body, Manner], Change]


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


def _other_length(body: Body, manner: Manner) -> Change:
    name = "max_completion_tokens" if "max_tokens" in body else "max_tokens"
    return replace(manner, max_tokens_field=name), {"max_tokens_field": name}


def _without_effort(body: Body, manner: Manner) -> Change:
    if manner.effort != "reasoning_effort" and "reasoning_effort" not in body:
        return replace(manner, effort="reasoning_effort"), {"effort": "reasoning_effort"}
    return replace(manner, effort="nothing"), {"effort": "nothing"}


def _other_role(body: Body, manner: Manner) -> Change:
    role = "user" if manner.system_role == "system" else "system"
    return replace(manner, system_role=role, alternate=role == "user"), {"system_role": role}


EFFORT_FIELDS = ("reasoning_effort", "reasoning", "thinking", "enable_thinking", "chat_template_kwargs")

ROWS: tuple[Row, ...] = (
    Row(
        _words(r"stream_options|include_usage"),
        lambda body, manner: "stream_options" in body,
        lambda body, manner: (replace(manner, include_usage=False), {"include_usage": False}),
    ),
    Row(
        _words(r"max_completion_tokens|max_tokens"),
        lambda body, manner: (
            ("max_tokens" in body) != ("max_completion_tokens" in body) and manner.max_tokens_field is None
        ),
        _other_length,
    ),
    Row(
        _words(
            r"reasoning_?effort|\breasoning\b.{0,60}"
            + UNWELCOME
            + r"|enable_thinking|chat_template_kwargs|'thinking'|\"thinking\"|thinking: extra"
        ),
        lambda body, manner: any(name in body for name in EFFORT_FIELDS),
        _without_effort,
    ),
    Row(
        _words(
            r"(must|should|needs? to) be (passed|sent|included) back|reasoning_content.{0,80}(missing|required)|(missing|required).{0,40}reasoning_content"
        ),
        lambda body, manner: manner.reasoning_field is None,
        lambda body, manner: (replace(manner, reasoning_field="reasoning_content"), {"returns_reasoning": True}),
    ),
    Row(
        _words(
            r"(reasoning_content|reasoning_details).{0,80}"
            + UNWELCOME
            + "|"
            + UNWELCOME
            + ".{0,80}(reasoning_content|reasoning_details)"
        ),
        lambda body, manner: manner.reasoning_field is not None,
        lambda body, manner: (replace(manner, reasoning_field=None), {"returns_reasoning": False}),
    ),
    Row(
        _words(
            r"(system|developer).{0,60}"
            + UNWELCOME
            + "|"
            + UNWELCOME
            + r".{0,60}(system|developer)['\"` ]|developer instruction"
        ),
        lambda body, manner: any(
            message.get("role") in {"system", "developer"} for message in body.get("messages", ())
        ),
        _other_role,
    ),
    Row(
        _words(r"alternat|consecutive|roles? must"),
        lambda body, manner: not manner.alternate,
        lambda body, manner: (replace(manner, alternate=True), {}),
    ),
    Row(
        _words(r"\bstream(ing)?\b.{0,60}" + UNWELCOME + "|" + UNWELCOME + r".{0,40}\bstream(ing)?\b"),
        lambda body, manner: manner.stream,
        lambda body, manner: (replace(manner, stream=False), {"streams": False}),
    ),
)


def negotiate(error: ChatError, body: Body, manner: Manner) -> Change | None:
    """How to ask again after this refusal, and the traits to remember if that helps; None if nothing is to be negotiated."""
    if error.status not in STATUSES or error.kind not in REFUSALS:
        return None
    text = f"{error.message}\n{error.said}"
    for row in ROWS:
        if row.words.search(text) and row.applies(body, manner):
            return row.change(body, manner)
    return None
