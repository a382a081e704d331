"""chatgui: a native desktop chat client for every OpenAI-compatible LLM API."""

__version__ = "0.1.0"
