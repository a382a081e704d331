"""AI-TokenHub: bare chunks with nothing but choices, usage when the upstream counts, and connections that drop."""

from __future__ import annotations

from collections.abc import Iterator

from chatgui.demo.ask import Ask
from chatgui.demo.count import Tally
from chatgui.demo.personalities.base import Json, Personality, Problem, Speech
from chatgui.demo.play import Break, Step


class TokenHub(Personality):
    """A single newline ends each event. No role chunk; no `id`, `object` or `index` in any chunk.

    `gpt-4o-mini` stands for an upstream that neither counts nor says why it ends.
    """

    name = "tokenhub"
    sentence = "speaks as AI-TokenHub does: bare chunks, usage when the upstream counts, dropped connections"
    models = ("tokenhub", "gpt-4o", "gpt-4o-mini")
    between = b"\n"
    manner = """
This personality speaks as AI-TokenHub does:

- Chunks hold the choices and nothing else: no id, no index, no role.
- Usage and the finish reason come on the last chunk, when the upstream has them; with `gpt-4o-mini` it has not.
- An error in mid-answer is a connection that drops. What had come is kept.
- `fallback_models` names models to take when the first is not there.
""".strip()
    problems = (
        Problem(401, "invalid_api_key", "Invalid API key.", "authentication_error"),
        Problem(429, "rate_limit_exceeded", "Rate limit exceeded, please retry later.", "rate_limit_error"),
        Problem(500, "internal_error", "Internal server error.", "server_error"),
        Problem(503, "service_unavailable", "No upstream is available.", "server_error"),
    )

    def thinks(self, ask: Ask) -> bool:
        """Never."""
        return False

    def error(self, problem: Problem) -> Json:
        """The envelope without `param`."""
        return {"error": {"message": problem.message, "type": problem.type, "code": problem.code}}

    def chunk(self, ask: Ask, delta: Json, finish: str | None = None) -> Json:
        """Choices alone."""
        choice: Json = {"delta": delta}
        if finish is not None:
            choice["finish_reason"] = finish
        return {"choices": [choice]}

    def first(self, ask: Ask) -> None:
        """Nothing before the text."""

    def last(self, ask: Ask, speech: Speech) -> Iterator[Json]:
        """Finish reason and usage together, if the upstream has them."""
        if ask.model != "gpt-4o-mini":
            yield {**self.chunk(ask, {}, speech.finish), "usage": self.usage(self.tally(ask, speech))}

    def usage(self, tally: Tally) -> Json:
        """The three numbers."""
        return tally.usage()

    def fail(self, ask: Ask) -> Iterator[Step]:
        """The connection drops."""
        yield Break.DROP
