"""YuhuanStudio: one line per event with no empty line between, no finish reason, usage on request in a chunk of its own."""

from __future__ import annotations

from collections.abc import Iterator

from chatgui.demo.ask import Ask
from chatgui.demo.personalities.base import Json, Personality, Problem, Speech


class Yuhuan(Personality):
    """A single newline ends each event. No chunk has `finish_reason`; the usage chunk has no `choices`."""

    name = "yuhuan"
    sentence = "speaks as YuhuanStudio does: single newlines, no finish reason, usage only when asked for"
    models = ("yuhuan", "yuhuan-lite")
    between = b"\n"
    manner = """
This personality speaks as YuhuanStudio does:

- Reasoning comes in `delta.reasoning_content`; `yuhuan-lite` has none.
- Events are parted by a single line break, where the rule wants an empty line.
- There is no finish reason; the answer goes straight to its end mark.
- Usage comes when `stream_options.include_usage` asks for it, in a last chunk without `choices`.
""".strip()
    problems = (
        Problem(401, "invalid_api_key", "The API key is not valid.", "authentication_error"),
        Problem(401, "key_revoked", "This API key has been revoked.", "authentication_error"),
        Problem(403, "model_tier_restricted", "The model is not part of your tier.", "permission_error", "model"),
        Problem(404, "model_not_found", "The model does not exist.", "invalid_request_error", "model"),
        Problem(400, "context_length_exceeded", "The context is longer than the model allows.", param="messages"),
        Problem(400, "content_filter", "The content was filtered.", "content_policy_error", "messages"),
        Problem(429, "rate_limit_exceeded", "Too many requests for your tier.", "rate_limit_error"),
    )

    def thinks(self, ask: Ask) -> bool:
        """By model."""
        return ask.model != "yuhuan-lite"

    def error(self, problem: Problem) -> Json:
        """The envelope in this order."""
        return {
            "error": {
                "type": problem.type,
                "message": problem.message,
                "code": problem.code,
                "param": problem.param,
            }
        }

    def chunk(self, ask: Ask, delta: Json, finish: str | None = None) -> Json:
        """No `created`, no `model`, no `finish_reason`."""
        return {"id": ask.id, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]}

    def first(self, ask: Ask) -> Json:
        """The role alone."""
        return self.chunk(ask, {"role": "assistant"})

    def last(self, ask: Ask, speech: Speech) -> Iterator[Json]:
        """Usage alone, without `choices`, if it was asked for."""
        if ask.include_usage:
            tally = self.tally(ask, speech)
            yield {"id": ask.id, "object": "chat.completion.chunk", "usage": self.usage(tally)}
