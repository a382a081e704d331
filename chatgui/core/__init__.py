"""The values every floor speaks: plain dataclasses and pure functions, no I/O, no asyncio, no Qt."""
