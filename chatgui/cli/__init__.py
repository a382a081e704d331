"""The command line: the same verbs as the window, without Qt. One file for each command, imported only when it is chosen."""
