-- The files that stand unsent in a conversation's composer, in order. Their bytes are in `attachments`.
CREATE TABLE draft_attachments (
  conversation INTEGER NOT NULL REFERENCES conversations (seq) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  attachment TEXT NOT NULL,                -- all of it, as JSON
  PRIMARY KEY (conversation, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX draft_attachments_by_file ON draft_attachments (sha256);
