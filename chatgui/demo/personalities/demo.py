"""The default: a tour of the program, with reasoning, an answer and usage."""

from __future__ import annotations

from chatgui.demo.personalities.base import Personality, Problem


class Demo(Personality):
    """The protocol as its inventor speaks it."""

    name = "demo"
    sentence = "shows you round the program, with reasoning, an answer and token counts"
    models = ("demo",)
    problems = (
        Problem(
            429,
            "rate_limit_exceeded",
            "Too many requests. Please try again in 3 seconds.",
            "rate_limit_error",
            headers=(("Retry-After", "3"),),
        ),
        Problem(429, "insufficient_quota", "You exceeded your current quota.", "insufficient_quota"),
    )
