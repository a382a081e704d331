"""The transcript: messages of any number and length, laid out and painted only near what is seen."""
