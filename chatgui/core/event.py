"""One plain observer list, so that floors without Qt can tell others what happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Event(Generic[T]):
    """A fact others may listen to. Listeners run at once, in order of subscription, on the emitter's thread."""

    __slots__ = ("_listeners",)

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[T], object], ...] = ()

    def subscribe(self, listener: Callable[[T], object]) -> Callable[[], None]:
        """Call `listener` for every later fact, until the returned function is called."""
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe

    def emit(self, fact: T) -> None:
        """Tell everyone who listened when the telling began; a listener may unsubscribe meanwhile."""
        for listener in self._listeners:
            listener(fact)
