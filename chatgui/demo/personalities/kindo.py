"""Kindo: no index, no usage ever, upstream errors passed on as they are, and a named event for errors in mid-stream."""

from __future__ import annotations

from collections.abc import Iterator

from chatgui.demo.ask import Ask
from chatgui.demo.personalities.base import DONE, Json, Personality, Problem, Speech, dump, without
from chatgui.demo.play import Step


class Kindo(Personality):
    """A single newline ends each event. Choices have no `index`, and only the last has `finish_reason`."""

    name = "kindo"
    sentence = "speaks as Kindo does: no index, no usage ever, errors in the stream as a named event"
    models = ("kindo", "kindo-mini")
    between = b"\n"
    manner = """
This personality speaks as Kindo does:

- There is no reasoning, and no usage even when it is asked for, so the program can only estimate it.
- Choices have no `index`; only the last one has a finish reason.
- The key may come as `Authorization: Bearer` or as `x-api-key`.
- A bad key is answered with `{"error":"Unauthorized"}`; an error in mid-answer is an event named `error`.
""".strip()
    problems = (
        Problem(401, "unauthorized", "Unauthorized"),
        Problem(403, "model_access_denied", "Your organisation may not use this model.", "permission_error", "model"),
        Problem(404, "model_not_found", "The model does not exist.", "invalid_request_error", "model"),
        Problem(429, "rate_limit_exceeded", "The organisation's rate limit is reached.", "rate_limit_error"),
        Problem(502, "upstream_empty_body", "The upstream answered with an empty body.", "server_error"),
        Problem(
            503,
            "upstream_unavailable",
            "",
            headers=(("Content-Type", "text/html"),),
            text="<html>\n<head><title>503 Service Temporarily Unavailable</title></head>\n<body>\n"
            "<center><h1>503 Service Temporarily Unavailable</h1></center>\n</body>\n</html>\n",
        ),
    )

    def thinks(self, ask: Ask) -> bool:
        """Never."""
        return False

    def error(self, problem: Problem) -> Json:
        """The usual envelope, but a bad key gets a plain string."""
        return {"error": "Unauthorized"} if problem.status == 401 else super().error(problem)

    def entry(self, model: str) -> Json:
        """A plain entry; `created` is always 0."""
        return {"id": model, "object": "model", "created": 0, "owned_by": "kindo"}

    def chunk(self, ask: Ask, delta: Json, finish: str | None = None) -> Json:
        """No `index`, no `created`, no `model`."""
        choice: Json = {"delta": delta}
        if finish is not None:
            choice["finish_reason"] = finish
        return {"id": ask.id, "object": "chat.completion.chunk", "choices": [choice]}

    def last(self, ask: Ask, speech: Speech) -> Iterator[Json]:
        """An empty delta with the finish reason; never usage."""
        yield self.chunk(ask, {}, speech.finish)

    def fail(self, ask: Ask) -> Iterator[Step]:
        """A named event, then the usual end mark."""
        said = {"message": "The stream ended early.", "type": "server_error", "code": "stream_error"}
        yield b"event: error\ndata: " + dump({"error": said}) + self.between
        yield DONE + self.between

    def whole(self, ask: Ask) -> Json:
        """Without usage, here too."""
        return without(super().whole(ask), "usage")
