"""The demo: a real HTTP server on this computer that speaks the protocol, so that chat works without key or network.

Layers, innermost first: `ask` (what a request asks) · `count` (pieces and tokens) · `topics`, `words`, `thoughts` (what is
said) · `personalities` (how it is put on the wire, one file each) · `http`, `play`, `server` (the sockets).
It imports only the standard library, and starts in well under 200 ms.
"""
