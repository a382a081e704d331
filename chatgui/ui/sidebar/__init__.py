"""The sidebar: every conversation there is, searched, ordered, moved and tagged."""
