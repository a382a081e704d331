"""Streams that break, each in its own way, named by a word of the request."""

from __future__ import annotations

from collections.abc import Iterator

from chatgui.demo.ask import Ask
from chatgui.demo.personalities.base import Personality, Response, Speech
from chatgui.demo.play import Break, Step

BREAKS: dict[str, str] = {
    "drop": "the connection closes in the middle of the answer",
    "cut": "the answer ends early, as if all were well",
    "reset": "the connection is reset",
    "stall": "the server falls silent and says nothing more",
    "garbage": "things that are not the protocol stand between the words",
    "empty": "there is no answer at all",
    "html": "a web page comes in place of an answer",
}
_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head>\n"
    b"<body><h1>Sign in to the network</h1><p>Please accept the terms.</p></body></html>\n"
)
_GARBAGE = (
    b'data: {"choices":[{"delta":{"content"\n\n',
    b"this line is no event\n\n",
    b"data: \xff\xfe\x00\n\n",
    b"data: null\n\ndata: 42\n\ndata: []\n\n",
    b'event: surprise\nid: 7\ndata: {"hello":"world"}\n\n',
)


class Broken(Personality):
    """As `demo` until it breaks; without a known word, the connection drops."""

    name = "broken"
    sentence = "breaks its streams; say how: " + ", ".join(BREAKS)
    models = ("broken",)

    def compose(self, ask: Ask) -> Speech:
        """The list of breakages, before the usual answer."""
        how = _how(ask)
        ways = "\n".join(f"- **{name}**: {words}" for name, words in BREAKS.items())
        usual = super().compose(ask)
        said = (
            f"This answer is going to break, by the word **{how}**: {BREAKS[how]}. The words I know are:\n\n{ways}\n\n"
        )
        return Speech(usual.reasoning, said + usual.answer, usual.finish)

    def respond(self, ask: Ask) -> Response:
        """A page or nothing, or a stream that breaks."""
        match _how(ask):
            case "html":
                return Response(200, (("Content-Type", "text/html; charset=utf-8"),), _PAGE)
            case "empty":
                return Response(200, (("Content-Type", "text/event-stream"),), b"")
            case _:
                return super().respond(ask)

    def stream(self, ask: Ask) -> Iterator[Step]:
        """The usual stream up to about the middle, then the breakage."""
        steps = list(super().stream(ask))
        middle = len(steps) // 2
        yield from steps[:middle]
        match _how(ask):
            case "garbage":
                yield from _GARBAGE
                yield from steps[middle:]
            case "cut":
                return
            case how:
                yield Break(how)


def _how(ask: Ask) -> str:
    return next((name for name in BREAKS if ask.says(name)), "drop")
