"""Files as content parts: text in a fence nothing inside can close, images only for models that see, errors in words."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from chatgui.core.errors import Kind
from chatgui.core.message import Attachment, Message, Role, Text
from chatgui.core.request import ChatRequest
from chatgui.wire.failures import http_failure, stream_failure
from chatgui.wire.parts import fenced
from chatgui.wire.request import body, manner_of
from tests.support import files
from tests.wire.reading import account, said

DIGEST = "0" * 64


def content(media_type: str, data: bytes, name: str = "file", *, sees: bool | None = None, **options: Any) -> Any:
    part = Attachment(DIGEST, media_type, name, len(data))
    message = Message("u", Role.USER, (part, Text("Look")), said(Role.USER, "").created)
    one = account(**options)
    asked = ChatRequest("m", (message,), attachments={DIGEST: data}, sees=sees)
    return body(one, asked, manner_of(one, asked))["messages"][0]["content"]


@pytest.mark.parametrize("sees", [None, True])
def test_an_image_goes_to_a_model_that_sees_or_may(sees: bool | None) -> None:
    photo = files.png(4, 3)
    image, words = content("image/png", photo, sees=sees)
    assert image == {
        "type": "image_url",
        "image_url": {"url": "data:image/png;base64," + base64.b64encode(photo).decode()},
    }
    assert words == {"type": "text", "text": "Look"}


def test_a_blind_model_gets_a_line_in_its_place() -> None:
    sent = content("image/png", files.png(4, 3), "cat.png", sees=False)
    assert sent == "[The image “cat.png” was not sent: this model does not see images.]\n\nLook"


def test_a_pdf_goes_as_a_file_where_files_are_taken_or_may_be() -> None:
    assert content("application/pdf", files.PDF, "a.pdf")[0]["type"] == "file"
    sent = content("application/pdf", files.PDF, "a.pdf", url="https://api.openai.com/v1")
    assert sent[0]["file"]["file_data"] == "data:application/pdf;base64," + base64.b64encode(files.PDF).decode()
    refused = content("application/pdf", files.PDF, "a.pdf", url="https://api.deepseek.com")
    assert refused.startswith("[The file “a.pdf” was not sent")


def test_text_of_any_encoding_goes_as_words() -> None:
    sent = content("text/plain; charset=windows-1252", "Grüße".encode("windows-1252"), "a.txt")
    assert sent == "a.txt:\n```\nGrüße\n```\n\nLook"


@pytest.mark.parametrize("inside", ["```py\nx\n```", "````\n", "no fence", "`````", "~~~"])
def test_the_fence_is_longer_than_any_inside(inside: str) -> None:
    lines = fenced("a.md", inside).split("\n")
    fence = lines[1]
    assert fence == lines[-1]
    assert set(fence) == {"`"}
    assert len(fence) >= 3
    assert fence not in inside


def test_a_name_cannot_open_another_fence() -> None:
    assert fenced("a\n```\nevil", "x").split("\n")[0] == "a ``` evil:"


BLIND = "Choose a model that sees images"
UNUSABLE = "The server could not use the image"
NO_FILES = "This server takes no such files"


@pytest.mark.parametrize(
    ("status", "words", "advice"),
    [
        (400, "Invalid content type. image_url is only supported by certain models.", BLIND),
        (422, "messages[0]: unknown variant `image_url`, expected `text` at line 1 column 180", BLIND),
        (500, "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj", BLIND),
        (404, "No endpoints found that support image input", BLIND),
        (400, "At most 0 image(s) may be provided in one request.", BLIND),
        (400, "m is not a multimodal model", BLIND),
        (400, "Image input is not enabled for this model", BLIND),
        (400, "This model does not support image inputs.", BLIND),
        (500, "this model is missing data required for image input", BLIND),
        (400, "messages[0].content must be a string", BLIND),
        (400, "Could not process image", UNUSABLE),
        (400, "messages.0.content.1: image exceeds 5 MB maximum", UNUSABLE),
        (400, "You uploaded an unsupported image. Please make sure your image is valid.", UNUSABLE),
        (400, "Invalid content type: file", NO_FILES),
        (400, "PDF input is not supported for this model", NO_FILES),
    ],
)
def test_what_a_server_says_of_images_is_told_with_what_to_do(status: int, words: str, advice: str) -> None:
    error = http_failure(status, ('{"error": {"message": "%s"}}' % words).encode())  # noqa: UP031  # braces in it
    assert error.message == words
    assert error.failure.kind is Kind.INVALID_REQUEST
    assert not error.failure.retryable
    assert error.failure.advice.startswith(advice)


def test_the_same_inside_a_stream() -> None:
    failure = stream_failure({"error": {"message": "image input is not supported", "code": 500}})
    assert failure.advice.startswith(BLIND)


@pytest.mark.parametrize(
    ("status", "words"),
    [(400, "max_tokens is not supported with this model"), (404, "No model found"), (503, "The server is busy"),
     (400, "Unsupported value: 'temperature'"), (401, "Image models need a valid api key")],
)  # fmt: skip
def test_other_failures_keep_their_own_advice(status: int, words: str) -> None:
    advice = http_failure(status, words.encode()).failure.advice
    assert not advice.startswith((BLIND, UNUSABLE, NO_FILES))
