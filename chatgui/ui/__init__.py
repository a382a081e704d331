"""The window: everything a person sees. Binds to `chat` by verbs and facts; knows neither the wire nor the store."""
