-- What went over the wire for an answer, if the user wants it kept: no key in it, compressed, gone with its message.
CREATE TABLE wire (
  message INTEGER PRIMARY KEY REFERENCES messages (seq) ON DELETE CASCADE,
  attempts BLOB NOT NULL
) STRICT;
