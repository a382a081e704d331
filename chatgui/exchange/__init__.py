"""Conversations in and out of files: exporters, importers, safe names, atomic writing."""
