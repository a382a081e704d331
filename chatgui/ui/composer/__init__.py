"""The composer: what is being written, what it will cost in tokens, and sending it."""
