"""Where the reader is in each conversation, and the end of a very long one, shown while all of it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatgui.ui.stage import Stage
from chatgui.ui.transcript.places import END, Place

if TYPE_CHECKING:
    from chatgui.chat.session import Session


class Reading:
    """Remembers a place for each conversation that was left, for as long as the program runs."""

    def __init__(self, session: Session, stage: Stage) -> None:
        self._session = session
        self._stage = stage
        self._places: dict[str, Place] = {}
        self._wanted = ""  # the conversation asked for last

    def want(self, conversation_id: str) -> None:
        """This conversation is asked for; whatever was on its way before is not wanted any more."""
        self._wanted = conversation_id

    def wants(self, conversation_id: str) -> bool:
        """Whether no other conversation was asked for since."""
        return self._wanted == conversation_id

    def leave(self, conversation_id: str, place: Place | None = None) -> None:
        """Remember where the reader is (or is said to have been) in a conversation."""
        if conversation_id:
            self._places[conversation_id] = place or self._stage.view.place()

    def place(self, conversation_id: str) -> Place:
        """Where to go on; the end of one that was not read yet."""
        return self._places.get(conversation_id, END)

    async def show_end(self, conversation_id: str) -> bool:
        """Show the end of a very long conversation; False if there is no need, or no wish any more."""
        if self.place(conversation_id) != END:
            return False
        end = await self._session.library.end_of(conversation_id)
        if not end or not self.wants(conversation_id):
            return False
        self._stage.view.show_messages(end)
        self._stage.show_messages(True)
        return True
