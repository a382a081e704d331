"""Reading Markdown into a tree, formulas, what is unfinished, and writing it again."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings

from chatgui.core.definitions import LATE
from chatgui.core.formulas import formulas
from chatgui.core.markdown import Splitter, blocks, document
from chatgui.core.markup import Code, Heading, Html, Item, List, Paragraph, Run, parse, plain
from chatgui.core.unfinished import closed_for_display
from chatgui.core.writing import cut, html, markdown, source_of
from chatgui.core.writing import plain as plain_text
from tests.core.test_markdown import documents


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("it costs $5 and $6", []), ("US$5, and 6$", []), ("$5, and US$ or so", []), ("from $10 to $20.", []), ("a $ b $ c", []), ("$x$5", []),
        ("so $ \\alpha = 1 $ and $ x_1 $.", [" \\alpha = 1 ", " x_1 "]), ("put $ PATH_A = $ HOME", []), ("$ grep '\\bif\\b' and then $ ls", []), ("in $ 5^ish and $ 6", []),
        ("$x^2$", ["x^2"]), ("($x$)", ["x"]), ("$5$ and $n$", ["5", "n"]), ("$2x+1$", ["2x+1"]), ("$`a_b`$", ["a_b"]), ("`$x$`", []), ("\\$x$", []),
        ("\\(a\\) and \\[b=1\\]", ["a", "b=1"]), ("see \\[a link\\]", []), ("\\[\nx\n\\]", ["\nx\n"]), ("$$x$$", ["x"]), ("$$\nx\n\ny\n$$", []),
        ("```\n$x$\n```\n$y$", ["y"]), ("> $$\n> a\n> $$", ["\na\n"]),
        ("\\begin{align}\nx\n\\end{align}", ["\\begin{align}\nx\n\\end{align}"]), ("so \\begin{align}x\\end{align}", []), ("\\begin{table}x\\end{table}", []), ("$a\n\nb$", []), ("\\\\(a)", []), ("`a` $x$ `b`", ["x"]),
    ],
)  # fmt: skip
def test_formulas_are_told_from_prices_and_code(text: str, found: list[str]) -> None:
    assert [one.latex for one in formulas(text)] == found


def test_display_maths_keeps_its_lines() -> None:
    (source,) = blocks("$$\na\n- b\n+ c\n$$\n")
    assert source.kind == "math"
    assert source.nodes() == (Paragraph((Run("a\n- b\n+ c", "display"),)),)


@pytest.mark.parametrize(
    "text", ["1. See\n   $$\n   x\n   $$\n   and\n", "> See\n> $$x$$\n> and\n", "- See\n  \\[x\\]\n  and\n"]
)
def test_display_maths_on_lines_of_its_own_is_a_paragraph_of_its_own(text: str) -> None:
    (node,) = document(text)
    children = node.items[0].children if isinstance(node, List) else getattr(node, "children", ())
    assert children == (Paragraph((Run("See"),)), Paragraph((Run("x", "display"),)), Paragraph((Run("and"),)))


def test_display_maths_within_a_sentence_stays_there() -> None:
    (node,) = document("- See $$x$$\n  and\n")
    assert isinstance(node, List)
    assert len(node.items[0].children) == 1


def test_an_environment_is_maths_even_where_its_lines_look_like_a_list() -> None:
    text = "So\n\\begin{align*}\na &= b \\\\\n- c &= d\n\\end{align*}\nindeed.\n"
    assert [one.kind for one in blocks(text)] == ["paragraph", "math", "paragraph"]


def test_lines_are_kept_as_they_were_written() -> None:
    """Verses, addresses, “key: value”: in a conversation a line that was ended was meant to end."""
    nodes = document("Roses are red,\nviolets **are\nblue**")
    assert plain_text(nodes) == "Roses are red,\nviolets are\nblue"
    assert markdown(nodes) == "Roses are red,\nviolets **are\nblue**"
    assert html(nodes) == "<p>Roses are red,\nviolets <strong>are\nblue</strong></p>"
    assert html(nodes, "<br>") == "<p>Roses are red,<br>violets <strong>are<br>blue</strong></p>"


def test_a_line_break_in_a_table_is_one_and_no_other_tag_is() -> None:
    nodes = document("| a<br>b | <b>c</b> |\n|---|---|\n| d<BR />e | f |\n")
    assert plain_text(nodes) == "a b\t<b>c</b>\nd e\tf"
    assert html(nodes).count("<br>") == 2
    assert document(markdown(nodes)) == nodes
    (paragraph,) = document("a<br>b")
    assert isinstance(paragraph, Paragraph)
    assert plain(paragraph.runs) == "a<br>b"


def test_half_a_character_is_no_reason_to_stop() -> None:
    (source,) = blocks("a \ud83d b \x00 c")
    (node,) = source.nodes()
    assert isinstance(node, Paragraph)
    assert plain(node.runs) == "a \ufffd b \u2400 c"


@pytest.mark.parametrize("info", ["py", "PY", "py title=a.py", "py:src/a.py", "py{1,3}", "py, linenos"])
def test_the_language_of_code_is_the_first_word_behind_the_fence(info: str) -> None:
    (node,) = document(f"```{info}\nx\n```\n")
    assert isinstance(node, Code)
    assert (node.language, node.info) == ("py", info)


def test_raw_html_is_text() -> None:
    assert document("<script>x</script>\n") == [Html("<script>x</script>\n")]
    (node,) = document("a <b>c</b> <img src=x>")
    assert isinstance(node, Paragraph)
    assert plain(node.runs) == "a <b>c</b> <img src=x>"


def test_items_of_a_list_are_sources_of_their_own_and_one_list_in_the_tree() -> None:
    text = "3. a\n4. b\n\n   c\n5. d\n"
    assert [(one.kind, one.number, one.first) for one in blocks(text)] == [
        ("item", 3, True), ("item", 4, False), ("item", 5, False)]  # fmt: skip
    (node,) = document(text)
    assert isinstance(node, List)
    assert (node.start, len(node.items)) == (3, 3)
    assert isinstance(node.items[1], Item)


def test_definitions_from_elsewhere_are_known() -> None:
    first, *_ = blocks("See [the tide][t] and more[^n].\n\n[T]: https://example.org\n\n[^n]: A note.\n")
    (node,) = first.nodes()
    assert isinstance(node, Paragraph)
    assert [(run.text, run.link) for run in node.runs if run.link] == [("the tide", "https://example.org")]
    assert [run.text for run in node.runs if run.kind == "note"] == ["n"]


@pytest.mark.parametrize(
    ("kind", "grown", "shown"),
    [
        ("paragraph", "a **bo", "a **bo**"), ("paragraph", "a **bold*", "a **bold**"), ("paragraph", "a `co", "a `co`"), ("paragraph", "a `", "a"),
        ("paragraph", "a [te", "a te"), ("paragraph", "a [text](http://x", "a text"), ("paragraph", "see ![im](da", "see"), ("paragraph", "Head\n--", "Head"),
        ("paragraph", "| a | b", "| a | b|\n|---|---|\n"), ("paragraph", "| a | b |\n|--", "| a | b |\n|---|---|\n"), ("paragraph", "2 * 3 * 4", "2 * 3 * 4"),
        ("paragraph", "snake_case_na", "snake_case_na"), ("paragraph", "x $5 and", "x $5 and"), ("paragraph", "x \\(a_", "x `` a_ ``"), ("paragraph", "-", ""),
        ("item", "- ```py\n  x = *a", "- ```py\n  x = *a"), ("item", "- ```py\n  x = *a\n  ``", "- ```py\n  x = *a\n"), ("quote", "> a **b\n> c", "> a **b\n> c**"),
        ("paragraph", "so ~", "so "), ("paragraph", "so ~~one~", "so ~~one~~"), ("paragraph", "a line\\", "a line"), ("paragraph", "see !", "see "),
        ("paragraph", "Hello!", "Hello!"), ("item", "- [", "- "), ("item", "- [x]", "- "), ("item", "-", ""), ("item", "12.", ""), ("item", "- ", "-"),
        ("item", "3. a\n\n   ```sh\n   x\n   ```", "3. a\n\n   ```sh\n   x\n   ```"), ("quote", "> [!WARN", ""), ("quote", "> [!NOTE]\n> a", "> [!NOTE]\n> a"),
        ("paragraph", "| a | b |\n|:-|-:", "| a | b |\n|:-|-:"), ("math", "\\[\na_1\n\\", "``` a_1 ```"), ("math", "\\[\na_1\n\\]", "\\[\na_1\n\\]"),
        ("paragraph", "so\n\\begin{al", "so"), ("math", "\\begin{align}\na", "``` \\begin{align} a ```"), ("paragraph", "a < b", "a < b"), ("paragraph", "so $", "so "), ("paragraph", "so $\\", "so "), ("paragraph", "a&nb", "a"), ("paragraph", "a&#", "a"), ("paragraph", "as [1", "as "), ("paragraph", "as [1]", "as "), ("paragraph", "as [1],", "as [1],"), ("item", "--", ""), ("table", "| a |\n|---|\n| `", "| a |\n|---|\n"),
        ("paragraph", "AT&T is", "AT&T is"), ("html", "</th", ""), ("html", "</think>", "</think>"), ("paragraph", "so\n</thi", "so"), ("paragraph", "a <b", "a <b"), ("paragraph", "it ($", "it ("), ("paragraph", "in US$", "in US$"),
        ("table", "| a |\n|---|\n| x<b", "| a |\n|---|\n| x"), ("table", "| a |\n|---|\n| x<br>", "| a |\n|---|\n| x<br>"),
        ("item", "- [ ] **", "- "), ("item", "- [x] `", "- "), ("item", "- [ ] **Fo", "- [ ] **Fo**"),
        ("paragraph", "|| a", "|| a|\n|---|---|\n"), ("paragraph", "|| a || b", "|| a || b|\n|---|---|---|---|\n"), ("paragraph", "| a ||", "| a ||\n|---|---|\n"),
        ("paragraph", "See [[3](#re", "See [3"), ("paragraph", "See [[3](#ref)", "See [[3](#ref)"), ("paragraph", "[![a](b) and", "![a](b) and"),
        ("paragraph", "half** open, mo", "half** open, mo"), ("paragraph", "a*, b", "a*, b"), ("paragraph", "“*a*”b *c", "“*a*”b *c*"), ("paragraph", "so *(a", "so *(a*"),
        ("paragraph", "so $1 + P^2\\left(c^{*} |", "so `` 1 + P^2\\left(c^{*} | ``"), ("paragraph", "from $5 to $6", "from $5 to $6"),
        ("paragraph", "so $ x_1 + *", "so `` x_1 + * ``"), ("paragraph", "so $ x_1 $ *a", "so $ x_1 $ *a*"), ("paragraph", "so $ a", "so $ a"), ("paragraph", "$a*b$ is", "$a*b$ is"), ("paragraph", "at <https://a.b/c", "at https://a.b/c"), ("paragraph", "at <htt", "at "),
        ("paragraph", "at https://a.b/c_-_d/*e", "at https://a.b/c_-_d/*e*"), ("paragraph", "**https://a.b**, *c", "**https://a.b**, *c*"), ("paragraph", "at <https://a.b/c_-_d> *e", "at <https://a.b/c_-_d> *e*"),
    ],
)  # fmt: skip
def test_what_is_unfinished_looks_finished(kind: str, grown: str, shown: str) -> None:
    assert closed_for_display(grown, kind) == shown


def test_no_mark_flashes_while_an_answer_grows() -> None:
    text = "# A **bold** head\n\nSome *words*, `code`, **more** and a [link](https://example.org).\n\n| a | b |\n|---|---|\n| 1 | **2** |\n\n- **x** y\n"
    splitter = Splitter()
    for char in text:
        splitter.feed(char)
        for source in splitter.tail:
            for node in source.nodes():
                if isinstance(node, (Paragraph, Heading)):
                    words = plain(node.runs)
                    assert not set(words) & set("*`[]|#"), words


@pytest.mark.parametrize("step", [1, 3, 50])
def test_blocks_close_as_soon_as_they_can_however_small_the_pieces(step: int) -> None:
    text = "".join(
        f"| a {n} | b |\n|---|---|\n| {n} | *two* |\n\nWords of {n}. {'More words. ' * 30}\n\n- one\n"
        for n in range(60)
    )
    splitter = Splitter()
    for at in range(0, len(text), step):
        splitter.feed(text[at : at + step])
        assert sum(len(source.markdown) for source in splitter.tail) < 1_000  # two blocks, and the line that parts them


def test_a_note_is_one_before_it_has_come() -> None:
    splitter = Splitter()
    splitter.feed("See.[^1] Or this.[^none]\n\nNext\n")
    (paragraph,) = splitter.closed[0].nodes()
    assert isinstance(paragraph, Paragraph)
    assert [run.text for run in paragraph.runs if run.kind == "note"] == ["1", "none"]
    early = splitter.closed[0]
    splitter.feed("one.\n\n[^1]: A note.\n")
    splitter.end()
    assert splitter.closed == blocks("See.[^1] Or this.[^none]\n\nNext\none.\n\n[^1]: A note.\n")
    (paragraph,) = splitter.closed[0].nodes()
    assert isinstance(paragraph, Paragraph)
    assert [run.text for run in paragraph.runs if run.kind == "note"] == ["1"]
    assert "[^none]" in plain(paragraph.runs)
    assert early != splitter.closed[0]


@given(documents)
@settings(max_examples=200, deadline=None)
def test_anything_growing_can_be_shown(text: str) -> None:
    splitter = Splitter()
    for char in text:
        splitter.feed(char)
        for source in splitter.tail:
            source.nodes()


@pytest.mark.parametrize(
    "text",
    [
        "# Head *em*", "a **b** *c* `d` ~~e~~ [f](https://g.h) $x^2$", "- a\n- b\n\n  c\n  1. d", "> q\n>\n> - r", "```py\nx = 1\n```", "````\n```\n````",
        "| a | b |\n| :--- | ---: |\n| 1 | `2` |", "a\\\nb", "\\# no head", "1\\. no list", "- [x] done\n- [ ] not", "`` a`b ``", "![im](https://x.y/z.png)", "see[^1]\n\n[^1]: note", "a\nb",
    ],
)  # fmt: skip
def test_what_is_written_reads_the_same(text: str) -> None:
    nodes = document(text)
    assert document(markdown(nodes)) == nodes


def test_plain_text_and_html_of_a_table_paste_into_a_spreadsheet() -> None:
    nodes = document("| a | b |\n|---|--:|\n| 1 | **2** |\n")
    assert plain_text(nodes) == "a\tb\n1\t2"
    assert html(nodes) == (
        '<table>\n<tr><th>a</th><th align="right">b</th></tr>\n<tr><td>1</td><td align="right"><strong>2</strong></td></tr>\n</table>'
    )


def test_html_loads_and_runs_nothing() -> None:
    made = html(
        document("<script>x</script>\n\n![a](https://evil.example/t.png) [b](javascript:x) [c](https://ok.example/)")
    )
    assert "<script" not in made
    assert "<img" not in made
    assert made.count("<a ") == 2  # the picture as a link, and the link
    assert "javascript" not in made


def test_a_part_of_runs_is_cut_by_what_is_read() -> None:
    (node,) = parse("ab **cd** $x$ ef")
    assert isinstance(node, Paragraph)
    assert "".join(map(source_of, cut(node.runs, 1, 4))) == "b c"
    assert [run.kind for run in cut(node.runs, 6, 8)] == ["math"]


@pytest.mark.parametrize("block", ["$$\nx_{}\n$$\n\n", "Let\n\\[\nx_{}\n\\]\n\n", "```py\nx = {}\n```\n\n"])
def test_the_cost_of_a_text_does_not_grow_with_what_is_read_by_rules_of_its_own(block: str) -> None:
    """Each formula and each fence once cost a look at all that followed."""
    text = "".join(block.format(n) for n in range(1_500))
    began = time.thread_time()
    assert len(blocks(text)) in {1_500, 3_000}
    assert time.thread_time() - began < 0.15


@pytest.mark.parametrize(
    "line", ["a word after another ", "some words\n", "| a | b |\n", "x\n> y\n", "- a\n", "$a ", "[x", "**a"]
)
def test_the_cost_of_feeding_does_not_grow_with_the_text(line: str) -> None:
    def cost(length: int) -> float:
        splitter = Splitter()
        splitter.feed(line * (length // len(line)))
        start = time.thread_time()
        for _ in range(300):
            splitter.feed(line)
        return time.thread_time() - start

    assert min(cost(400_000), cost(400_000)) < 1.0


def test_definitions_reach_back_a_bounded_way() -> None:
    """Of very many blocks that wait for one, the last have it at once, and all at the end; nothing takes long."""
    splitter = Splitter()
    splitter.feed("See [a].\n\n" * 20_000)
    began = time.thread_time()
    splitter.feed("[a]: https://x.example\n\nMore\n\n")
    assert time.thread_time() - began < 0.2
    assert 0 < len(splitter.late) <= LATE
    assert all("x.example" in splitter.closed[index].links for index in splitter.late)
    assert not splitter.closed[0].links
    splitter.end()
    assert splitter.closed == blocks("See [a].\n\n" * 20_000 + "[a]: https://x.example\n\nMore\n\n")
    assert splitter.closed[0].links
