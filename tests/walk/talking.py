"""The first minutes, and several conversations."""

from __future__ import annotations

import re

from tests.walk.person import Step, Walk, script

STEPS: list[Step] = []
step = script(STEPS)


# ------------------------------------------------------------------------------------------------ the first minutes


@step("Start the program: a welcome, the composer has the focus")
def first_start(walk: Walk) -> None:
    walk.see(role="push button", name="Try the Demo")
    walk.until(lambda: "focused" in walk.see(role="text", name="Message").states)


@step("Try the demo with one click: an answer streams")
def try_demo(walk: Walk) -> None:
    walk.click(role="push button", name="Try the Demo")
    walk.see(role="push button", name="Stop")
    walk.idle()
    assert any(one.name == "demo" for one in walk.messages())


@step("Ask by Enter; scroll up with the wheel while it streams: the view stays, a button leads back")
def scroll_up(walk: Walk) -> None:
    walk.ask("Tell me about tides, please.")
    walk.see(role="push button", name="Stop")
    walk.read(600)
    walk.desktop.mouse.wheel(*walk.see(role="list", name="Transcript").centre(), 6)
    walk.see(role="push button", name=re.compile("Jump to latest"))


@step("The button leads back to the newest words")
def jump(walk: Walk) -> None:
    walk.click(role="push button", name=re.compile("Jump to latest"))
    walk.gone(role="push button", name=re.compile("Jump to latest"))


@step("Escape stops a stream in mid-answer; what came is kept")
def stop(walk: Walk) -> None:
    walk.idle()
    walk.ask("Tell me about harbours, at length.")
    walk.see(role="push button", name="Stop")
    walk.read(200)
    walk.key("Escape")
    walk.idle(3)
    walk.until(lambda: "Stopped" in walk.messages()[-1].text() or "Stopped" in walk.app.tree(hidden=False))


@step("Continue the stopped answer")
def resume(walk: Walk) -> None:
    walk.key("ctrl+shift+r")
    walk.see(role="push button", name="Stop")
    walk.idle()


@step("Ask for another answer: it stands beside the stopped and the continued one, ‹ 3/3 ›")
def again(walk: Walk) -> None:
    walk.key("ctrl+r")
    walk.see(role="push button", name="Stop")
    walk.idle()
    walk.see(name=re.compile("3 of 3"))


@step("Go back one version")
def sibling(walk: Walk) -> None:
    walk.click(role="push button", name=re.compile("Previous version"))
    walk.see(name=re.compile("2 of 3"))


@step("Edit my question and send it anew: a branch, the old one stays")
def edit(walk: Walk) -> None:
    mine = walk.app.find_all(role="push button", name="Edit this message", showing=False)[-1]
    mine.do()
    walk.until(lambda: "harbours" in walk.draft())
    walk.key("ctrl+a")
    walk.app.type("Tell me about lighthouses.")
    walk.key("Return")
    walk.see(role="push button", name="Stop")
    walk.idle()


@step("Send while an answer streams: it waits, and can be called off")
def queue(walk: Walk) -> None:
    walk.ask("One more about lighthouses.")
    walk.see(role="push button", name="Stop")
    walk.ask("And this one waits.")
    walk.see(name=re.compile("waits|queued", re.IGNORECASE))
    walk.click(role="push button", name=re.compile("Cancel|Do not send|Take back", re.IGNORECASE))
    walk.idle()


# ------------------------------------------------------------------------------------------------ many conversations


@step("A new conversation, another model by typing its name")
def new_conversation(walk: Walk) -> None:
    walk.key("ctrl+n")
    walk.until(lambda: not walk.app.exists(role="list", name="Transcript"))
    walk.model("privatemind")


@step("Ask there, and look at another conversation while it streams: the sidebar says it runs")
def elsewhere(walk: Walk) -> None:
    walk.ask("What is a spring tide?")
    walk.see(role="push button", name="Stop")
    walk.key("ctrl+n")
    walk.until(
        lambda: any(re.search("answering|running|streaming", name, re.IGNORECASE) for name in walk.conversations())
    )


@step("Leave a draft, go to the other conversation and come back: the draft is there")
def drafts(walk: Walk) -> None:
    walk.say("a thought I have not finished")
    walk.click(role="list item", name=re.compile("^What is a spring tide"))
    walk.until(lambda: walk.draft() == "")
    walk.idle()
    walk.click(role="list item", name=re.compile("a thought|New conversation"))
    walk.until(lambda: walk.draft() == "a thought I have not finished")


@step("Rename a conversation with F2")
def rename(walk: Walk) -> None:
    walk.click(role="list item", name=re.compile("^What is a spring tide"))
    walk.key("F2", "ctrl+a")
    walk.app.type("Spring tides")
    walk.key("Return")
    walk.see(role="list item", name=re.compile("^Spring tides"))


@step("Pin it: it stands on top")
def pin(walk: Walk) -> None:
    walk.key("ctrl+shift+p")
    walk.until(lambda: walk.conversations()[0].startswith("Spring tides; ") and "inned" in walk.conversations()[0])


@step("Put it into a new folder, by keyboard alone")
def folder(walk: Walk) -> None:
    walk.key("ctrl+shift+d", "Down", "Return")  # a menu by the row: New Folder…
    walk.see(role="dialog")
    walk.app.type("The sea")
    walk.key("Return")
    walk.until(lambda: "in The sea" in walk.conversations()[0])


@step("Give it a tag")
def tag(walk: Walk) -> None:
    walk.key("ctrl+shift+t", "Down", "Return")
    walk.see(role="dialog")
    walk.app.type("moon")
    walk.key("Return")
    walk.until(lambda: "tag moon" in walk.conversations()[0])


@step("Delete a conversation; Undo brings it back")
def delete_and_undo(walk: Walk) -> None:
    walk.click(role="list item", name=re.compile("^What can this program do"))
    walk.key("ctrl+shift+Delete")
    walk.until(lambda: not any(name.startswith("What can") for name in walk.conversations()))
    walk.key("ctrl+z")
    walk.see(role="list item", name=re.compile("^What can this program do"))


@step("Delete with the menu; the trash gives it back")
def trash(walk: Walk) -> None:
    walk.click(role="list item", name=re.compile("^What can this program do"))
    walk.menu("Conversation", "Delete")
    walk.until(lambda: not any(name.startswith("What can") for name in walk.conversations()))
    walk.menu("Conversation", "Trash…")
    walk.click(role="list item", name=re.compile("What can this program do.* deleted"))
    walk.click(role="push button", name="Restore")
    walk.key("Escape")
    walk.gone(role="dialog")
    walk.see(role="list item", name=re.compile("^What can this program do"))


@step("Archive it, and take that back")
def archive(walk: Walk) -> None:
    walk.click(role="list item", name=re.compile("^What can this program do"))
    walk.key("ctrl+shift+h")
    walk.until(lambda: "archived" in walk.conversations()[-1])
    walk.key("ctrl+z")
    walk.until(lambda: not any("archived" in one for one in walk.conversations()))
