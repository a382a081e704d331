"""PrivateMind: reasoning by request, usage always, on the chunk that finishes."""

from __future__ import annotations

from collections.abc import Iterator

from chatgui.demo.ask import Ask
from chatgui.demo.count import Tally
from chatgui.demo.personalities.base import Json, Personality, Problem, Speech

_PARAMETERS = ["temperature", "top_p", "max_tokens", "stop", "tools", "reasoning", "reasoning_effort"]


class PrivateMind(Personality):
    """Events end with an empty line. No chunk has `created` or `model`, and only the last has `finish_reason`."""

    name = "privatemind"
    sentence = "speaks as PrivateMind does: reasoning by reasoning_effort, usage on the last chunk, always"
    models = ("privatemind", "privatemind-embed")
    manner = """
This personality speaks as PrivateMind does:

- Reasoning comes in `delta.reasoning`; `reasoning_effort` may be off, low, medium or high.
- The first chunk holds the role alone.
- Usage always comes, on the same chunk as the finish reason.
- A spent budget is 402 `budget_exceeded`; too many requests are 429 `rpm_exceeded`, without a time to wait.
""".strip()
    problems = (
        Problem(401, "invalid_api_key", "The access key is not valid.", "authentication_error"),
        Problem(402, "budget_exceeded", "The budget of this key is spent.", "billing_error"),
        Problem(403, "model_not_allowed", "This key may not use the model.", "permission_error"),
        Problem(404, "model_not_found", "The model does not exist.", "invalid_request_error"),
        Problem(429, "rpm_exceeded", "Too many requests per minute for this key.", "rate_limit_error"),
    )

    def error(self, problem: Problem) -> Json:
        """The envelope without `param`."""
        return {"error": {"message": problem.message, "type": problem.type, "code": problem.code}}

    def entry(self, model: str) -> Json:
        """A model with what it can do."""
        chat = model == "privatemind"
        return {
            "id": model,
            "object": "model",
            "context_length": 131072 if chat else 8192,
            "model_type": "chat" if chat else "embedding",
            "capabilities": {"streaming": chat, "tools": chat, "vision": False, "reasoning": chat},
            "supported_parameters": _PARAMETERS if chat else [],
            "aliases": ["fast"] if chat else [],
        }

    def chunk(self, ask: Ask, delta: Json, finish: str | None = None) -> Json:
        """The index stands after the delta; the finish reason only where there is one."""
        choice: Json = {"delta": delta, "index": 0}
        if finish is not None:
            choice["finish_reason"] = finish
        return {"id": ask.id, "object": "chat.completion.chunk", "choices": [choice]}

    def first(self, ask: Ask) -> Json:
        """The role alone."""
        return self.chunk(ask, {"role": "assistant"})

    def thought(self, ask: Ask, piece: str) -> Json:
        """Reasoning is called `reasoning`."""
        return self.chunk(ask, {"reasoning": piece})

    def last(self, ask: Ask, speech: Speech) -> Iterator[Json]:
        """An empty delta, the finish reason and usage, in one chunk, asked for or not."""
        yield {**self.chunk(ask, {}, speech.finish), "usage": self.usage(self.tally(ask, speech))}

    def usage(self, tally: Tally) -> Json:
        """The three numbers."""
        return tally.usage()

    def message(self, ask: Ask, speech: Speech) -> Json:
        """Reasoning is called `reasoning` here, too."""
        thought = {"reasoning": speech.reasoning} if speech.reasoning else {}
        return {"role": "assistant", "content": speech.answer, **thought}
