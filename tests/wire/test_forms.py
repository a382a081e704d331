"""What people type into an account's form: addresses and keys; and the presets that fill it."""

from __future__ import annotations

import pytest

from chatgui.wire.base_url import endpoint, is_loopback, mend, shown_host
from chatgui.wire.keys import check_key
from chatgui.wire.presets import PRESETS, preset

MENDED = [
    ("https://api.x.test", "https://api.x.test/v1"),
    (" https://api.x.test/v1/ ", "https://api.x.test/v1"),
    ("https://api.x.test/v1/chat/completions", "https://api.x.test/v1"),
    ("https://api.x.test/v1/models", "https://api.x.test/v1"),
    ("https://api.x.test/chat/completions", "https://api.x.test/v1"),
    ("https://api.x.test/api/paas/v4", "https://api.x.test/api/paas/v4"),
    ("https://api.x.test/v1beta/openai/", "https://api.x.test/v1beta/openai"),
    (
        "https://r.test/openai/deployments/d/chat/completions?api-version=2",
        "https://r.test/openai/deployments/d?api-version=2",
    ),
    ("api.example.com", "https://api.example.com/v1"),
    ("localhost:1234", "http://localhost:1234/v1"),
    ("127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
    ("http://[::1]:8080", "http://[::1]:8080/v1"),
    ("http://192.168.1.5:11434/v1", "http://192.168.1.5:11434/v1"),
    ("http://gpu-box:8000", "http://gpu-box:8000/v1"),
    ("HTTPS://API.X.Test/v1", "https://api.x.test/v1"),
    ("https://bücher.test/v1", "https://xn--bcher-kva.test/v1"),
    ("“https://api.x.test/v1”", "https://api.x.test/v1"),
    ("https://api.x.test/#", "https://api.x.test/"),
    ("https://api.perplexity.ai/chat/completions", "https://api.perplexity.ai"),
]
REFUSED = [
    "", "   ", "https://", "https://api.x.test:99999/v1", "https://api.x.test:abc/v1", "https://a b.test/v1", "ftp://x.test", "javascript://x",
    "https://user:pw@api.x.test/v1", "https://..test/v1", "https://x\u200b.test", "https://[::1",
    "https://exa%mple.test",
]  # fmt: skip


@pytest.mark.parametrize(("given", "url"), MENDED)
def test_an_address_is_mended(given: str, url: str) -> None:
    assert mend(given).url == url
    assert mend(url if not given.endswith("#") else given).url == url


@pytest.mark.parametrize("given", REFUSED)
def test_an_address_is_refused_with_words(given: str) -> None:
    mended = mend(given)
    assert mended.url == ""
    assert mended.words.endswith(".")
    assert "pw" not in mended.words


@pytest.mark.parametrize("given", ["http://api.example.com/v1", "http://8.8.8.8/v1"])
def test_http_to_a_public_host_is_warned_of(given: str) -> None:
    mended = mend(given)
    assert mended.url == given
    assert "https://" in mended.words


def test_what_was_changed_is_said() -> None:
    assert mend("https://api.x.test/v1").words == ""
    assert "https://api.x.test/v1" in mend("https://api.x.test/v1/chat/completions").words


def test_endpoints_keep_the_query() -> None:
    url = endpoint("https://r.test/d?api-version=2", "/chat/completions", (("x", "a b"),))
    assert url == "https://r.test/d/chat/completions?api-version=2&x=a+b"


def test_hosts_as_shown() -> None:
    assert shown_host("https://api.x.test/v1") == "api.x.test"
    assert shown_host("http://127.0.0.1:8080/v1") == "127.0.0.1:8080"
    assert shown_host("http://[::1]:8080/v1") == "[::1]:8080"
    assert is_loopback("localhost")
    assert is_loopback("127.8.8.8")
    assert is_loopback("::1")
    assert not is_loopback("127.example.test")


@pytest.mark.parametrize("key", ["sk-abc", "id:secret", " sk-abc ", "a" * 200, "eyJ.a-b_c~d+e/f="])
def test_keys_that_can_be_sent(key: str) -> None:
    assert check_key(key) == ""


@pytest.mark.parametrize(
    "key",
    ["", " ", "sk-a\nb", "sk-a b", "sk-a\u200bb", "sk-ab…", "•••••", "sk-é", "sk-\x00a", "Bearer sk-abc", "x" * 9000],
)
def test_keys_that_cannot(key: str) -> None:
    words = check_key(key)
    assert words.endswith(".")
    assert len(key.strip()) < 3 or key.strip() not in words


def test_presets_are_sound() -> None:
    assert {"privatemind", "mira", "yuhuan", "kindo", "tokenhub", "openai", "openrouter", "ollama"} <= {
        one.name for one in PRESETS
    }
    assert len({one.name for one in PRESETS}) == len(PRESETS)
    for one in PRESETS:
        assert one.name.isalnum()
        assert one.name == one.name.lower()
        if "YOUR-" not in one.base_url:
            assert mend(one.base_url).url == one.base_url, one.name
    assert preset(" OpenAI ") is not None
    assert preset("nobody") is None


@pytest.mark.parametrize(
    ("pasted", "url"),
    [
        ("htps://llm.example.org/v1", "https://llm.example.org/v1"),
        ("https//llm.example.org", "https://llm.example.org/v1"),
        ("https:/llm.example.org/v1", "https://llm.example.org/v1"),
        ("ttps://llm.example.org/v1", "https://llm.example.org/v1"),
        ("http:localhost:8080", "http://localhost:8080/v1"),
        ("https://llm.example.org/v1,", "https://llm.example.org/v1"),
        ("OPENAI_BASE_URL=https://llm.example.org/v1", "https://llm.example.org/v1"),
        ("curl https://llm.example.org/v1/chat/completions -H 'x: y'", "https://llm.example.org/v1"),
        ("https://llm.example.org/v1/messages", "https://llm.example.org/v1"),
    ],
)
def test_what_is_pasted_with_a_slip_or_with_more_around_it_is_mended(pasted: str, url: str) -> None:
    assert mend(pasted).url == url
    assert url in mend(pasted).words


@pytest.mark.parametrize(
    ("site", "url"),
    [
        ("https://platform.openai.com/api-keys", "https://api.openai.com/v1"),
        ("chatgpt.com", "https://api.openai.com/v1"),
        ("https://claude.ai/new", "https://api.anthropic.com/v1"),
        ("https://vmira.ai", "https://api.vmira.ai/v1"),
        ("openrouter.ai", "https://openrouter.ai/api/v1"),
        ("https://openrouter.ai/api", "https://openrouter.ai/api/v1"),
        ("https://generativelanguage.googleapis.com/v1beta", "https://generativelanguage.googleapis.com/v1beta/openai"),
        ("http://api.groq.com", "https://api.groq.com/openai/v1"),
    ],
)
def test_the_web_site_of_a_provider_is_known_from_its_api(site: str, url: str) -> None:
    mended = mend(site)
    assert (mended.url, mended.words) == (url, f"Using {url}, where this provider’s models answer")
    assert mend(f"https://{url.split('/')[2]}:8443/other").url.endswith(":8443/other"), "what is said plainly is left"


@pytest.mark.parametrize(
    "key", ["sk-proj-abc_def-1234567890abcdef12345", "gsk_0123456789abcdef0123", "0123456789abcdef" * 3]
)
def test_a_key_in_the_place_of_the_address_is_not_taken_and_not_repeated(key: str) -> None:
    mended = mend(key)
    assert mended.url == ""
    assert "looks like a key" in mended.words
    assert key not in mended.words


def test_every_presets_address_is_left_as_it_is() -> None:
    assert [one.name for one in PRESETS if mend(one.base_url).url.lower() != one.base_url.lower()] == []
