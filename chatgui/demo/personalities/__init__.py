"""Who speaks: one file and one line each. The first is the default."""

from __future__ import annotations

from chatgui.demo.personalities.base import Personality
from chatgui.demo.personalities.broken import Broken
from chatgui.demo.personalities.chatter import Chatter
from chatgui.demo.personalities.demo import Demo
from chatgui.demo.personalities.kindo import Kindo
from chatgui.demo.personalities.long import Long
from chatgui.demo.personalities.mira import Mira
from chatgui.demo.personalities.privatemind import PrivateMind
from chatgui.demo.personalities.slow import Slow
from chatgui.demo.personalities.tokenhub import TokenHub
from chatgui.demo.personalities.tools import Tools
from chatgui.demo.personalities.yuhuan import Yuhuan

PERSONALITIES: tuple[Personality, ...] = (
    Demo(),
    PrivateMind(),
    Mira(),
    Yuhuan(),
    Kindo(),
    TokenHub(),
    Long(),
    Slow(),
    Chatter(),
    Tools(),
    Broken(),
)
