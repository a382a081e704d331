"""Mira: complete chunks, errors as a plain `detail`, and never any usage in a stream."""

from __future__ import annotations

from collections.abc import Iterator

from chatgui.demo.ask import Ask, text
from chatgui.demo.count import Tally
from chatgui.demo.personalities.base import Json, Personality, Problem, Speech
from chatgui.demo.play import Step

MAX_MESSAGES = 200
MAX_CHARACTERS = 32_000  # a message


class Mira(Personality):
    """Events end with an empty line. Every chunk has all keys, `finish_reason` null until the last.

    Mira documents two names for reasoning in a whole message; `mira-max` uses the longer one. For streams it documents
    none; here they use the same name as the message.
    """

    name = "mira"
    sentence = "speaks as Mira does: no usage in streams, errors as a plain “detail”; mira-thinking reasons"
    models = ("mira", "mira-pro", "mira-max", "mira-thinking")
    manner = """
This personality speaks as Mira does:

- Every chunk has all its keys; `finish_reason` is null until the last.
- A stream never carries usage, so the program can only estimate it.
- `mira-thinking` and `mira-max` reason; `mira` and `mira-pro` do not.
- Errors are `{"detail": "…"}`; 429 says how long to wait. A request may hold 200 messages of 32,000 characters.
""".strip()
    problems = (
        Problem(400, "bad_request", "The request is not valid"),
        Problem(401, "invalid_api_key", "Invalid API key"),
        Problem(403, "forbidden", "This model is not part of your plan"),
        Problem(404, "model_not_found", "Model not found"),
        Problem(429, "rate_limited", "Rate limit exceeded. Try again in 60 seconds.", headers=(("Retry-After", "60"),)),
        Problem(500, "internal_error", "Internal server error"),
        Problem(503, "unavailable", "Service temporarily unavailable"),
    )

    def thinks(self, ask: Ask) -> bool:
        """By model."""
        return ask.model in {"mira-thinking", "mira-max"}

    def limit(self, ask: Ask) -> Problem | None:
        """200 messages, each of 32,000 characters."""
        if len(ask.messages) > MAX_MESSAGES:
            return Problem(400, "too_many_messages", f"Too many messages: at most {MAX_MESSAGES} per request")
        if any(len(text(one)) > MAX_CHARACTERS for one in ask.messages):
            return Problem(400, "message_too_long", f"Message too long: at most {MAX_CHARACTERS} characters")
        return None

    def error(self, problem: Problem) -> Json:
        """One string."""
        return {"detail": problem.message}

    def thought(self, ask: Ask, piece: str) -> Json:
        """Named by model."""
        return self.chunk(ask, {_name(ask): piece})

    def last(self, ask: Ask, speech: Speech) -> Iterator[Json]:
        """The finish reason, and no usage whatever was asked."""
        yield self.chunk(ask, {}, speech.finish)

    def fail(self, ask: Ask) -> Iterator[Step]:
        """A chunk with `error` in place of choices; the body ends without a last word."""
        yield self.event({"error": {"message": "Generation failed", "type": "server_error"}})

    def usage(self, tally: Tally) -> Json:
        """Only for answers that are not streamed."""
        return {**tally.usage(), "thinking_tokens": tally.reasoning}

    def message(self, ask: Ask, speech: Speech) -> Json:
        """Reasoning is named by model."""
        thought = {_name(ask): speech.reasoning} if speech.reasoning else {}
        return {"role": "assistant", "content": speech.answer, **thought}


def _name(ask: Ask) -> str:
    return "thinking_content" if ask.model == "mira-max" else "thinking"
