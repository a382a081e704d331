"""The specification of chatgui, as tests. One folder per floor; `tests.support` holds what they share."""
