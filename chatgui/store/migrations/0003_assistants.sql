CREATE TABLE assistants (
  id TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  assistant TEXT NOT NULL                  -- all of it, as JSON
) STRICT;
