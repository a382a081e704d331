-- What an import or a restored backup brings is hidden until all of it is here, and taken away again if it never is. Hidden
-- are a conversation and a message whose `deleted`, and spending whose `at`, is below 0: -1 for none, else minus its value.

-- The one under way; there is never more than one.
CREATE TABLE arrival (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  owner TEXT NOT NULL,                     -- the run of the program that takes it in
  complete INTEGER NOT NULL DEFAULT 0      -- all of it is here, and is being shown
) STRICT;

-- The conversations that came or grew, with what becomes of those when they are shown; no `updated`: nothing.
CREATE TABLE arrived (
  conversation INTEGER PRIMARY KEY REFERENCES conversations (seq) ON DELETE CASCADE,
  fresh INTEGER NOT NULL,                  -- it was not here
  updated INTEGER,
  tip TEXT
) STRICT;

CREATE INDEX messages_arriving ON messages (conversation) WHERE deleted < 0;
