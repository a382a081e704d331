"""The chunk nearly all chunks are: a piece of text or reasoning and nothing else. Only a shortcut: what does not fit this
shape exactly is left to the decoder, which would give the same deltas for what does."""

from __future__ import annotations

import msgspec


class _Delta(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    role: str | None = None
    refusal: None = None
    tool_calls: None = None
    function_call: None = None


class _Choice(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    delta: _Delta
    index: int = 0
    finish_reason: None = None
    native_finish_reason: None = None
    logprobs: None = None
    content_filter_results: msgspec.Raw | None = None
    token_ids: None = None
    stop_reason: None = None


class Common(msgspec.Struct, gc=False):
    """A common chunk. Fields that mean something to the decoder must be absent or null; what it never looks at may be anything."""

    choices: tuple[_Choice]
    model: str | None = None
    object: str | None = None
    error: None = None
    error_message: None = None
    usage: None = None
    x_groq: None = None
    timings: None = None
    time_info: None = None
    tokens_per_second: None = None
    citations: None = None
    search_results: None = None


_decoder = msgspec.json.Decoder(Common)
ENDING = ("error", "chat.completion.done")


def common(data: bytes, model: str) -> tuple[str, str, str] | None:
    """(content, reasoning, the field that held it) of a common chunk of this model; None if it is no such chunk."""
    try:
        chunk = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    choice = chunk.choices[0]
    if (chunk.model and chunk.model != model) or choice.index != 0 or chunk.object in ENDING:
        return None
    delta = choice.delta
    if delta.reasoning_content:
        return delta.content or "", delta.reasoning_content, "reasoning_content"
    if delta.reasoning:
        return delta.content or "", delta.reasoning, "reasoning"
    return delta.content or "", "", ""
