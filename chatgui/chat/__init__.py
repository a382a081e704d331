"""The program without its window: conversations, turns, accounts. asyncio, no Qt."""
