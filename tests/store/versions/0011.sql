CREATE TABLE conversations (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  account TEXT NOT NULL DEFAULT '',        -- id of the account chosen for it
  answered_by TEXT NOT NULL DEFAULT '',    -- name of the account of the newest answer
  model TEXT NOT NULL DEFAULT '',
  messages INTEGER NOT NULL DEFAULT 0,     -- how many are in the tree, kept up to date
  state TEXT NOT NULL DEFAULT 'idle',      -- idle, streaming, interrupted, failed: how the newest answer stands
  unread INTEGER NOT NULL DEFAULT 0,
  pinned INTEGER NOT NULL DEFAULT 0,
  archived INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER,                         -- when it went to the trash
  folder TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '[]',
  title_by_user INTEGER NOT NULL DEFAULT 0,
  tip TEXT,                                -- id of the message the shown branch ends at
  scroll TEXT NOT NULL DEFAULT '',
  params TEXT NOT NULL DEFAULT '{}',
  system TEXT NOT NULL DEFAULT '',
  draft TEXT NOT NULL DEFAULT ''
, folded_title TEXT NOT NULL DEFAULT '', assistant TEXT NOT NULL DEFAULT '', edits TEXT NOT NULL DEFAULT '{}') STRICT;
INSERT INTO conversations (seq, id, title, created, updated, account, answered_by, model, messages, state, unread, pinned, archived, deleted, folder, tags, title_by_user, tip, scroll, params, system, draft, folded_title, assistant, edits) VALUES (1, '111111111111111111111111', 'A first talk', 1795176000000, 1795176000000, '', 'Demo', '', 2, 'idle', 0, 0, 0, NULL, '', '[]', 0, '333333333333333333333333', '', '{}', '', '', 'a first talk', '', '{}');
CREATE INDEX conversations_by_update ON conversations (updated DESC);
CREATE TABLE messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  conversation INTEGER NOT NULL REFERENCES conversations (seq) ON DELETE CASCADE,
  parent TEXT,                             -- id of the message it answers; none for a first message
  role TEXT NOT NULL,
  state TEXT NOT NULL,
  created INTEGER NOT NULL,
  deleted INTEGER,                         -- when it was taken out of the tree, until that is undone or purged
  account TEXT NOT NULL DEFAULT '',
  model TEXT NOT NULL DEFAULT '',
  prompt_tokens INTEGER,
  completion_tokens INTEGER,
  total_tokens INTEGER,
  reasoning_tokens INTEGER,
  cached_tokens INTEGER,
  tokens_per_second REAL,
  cost REAL,
  currency TEXT,
  source TEXT NOT NULL DEFAULT 'unknown',
  cost_source TEXT NOT NULL DEFAULT 'unknown',
  partial INTEGER NOT NULL DEFAULT 0,
  raw_usage TEXT,
  ttft_ms REAL,
  thinking_ms REAL,
  duration_ms REAL,
  deltas INTEGER NOT NULL DEFAULT 0,
  finish_reason TEXT,
  failure TEXT,
  params TEXT NOT NULL DEFAULT '{}',
  edited INTEGER NOT NULL DEFAULT 0,
  owner TEXT NOT NULL DEFAULT '',          -- the run of the program that writes it, while it is streaming
  crc INTEGER                              -- CRC-32 of its parts; none while it is streaming
, sent_tokens INTEGER) STRICT;
INSERT INTO messages (seq, id, conversation, parent, role, state, created, deleted, account, model, prompt_tokens, completion_tokens, total_tokens, reasoning_tokens, cached_tokens, tokens_per_second, cost, currency, source, cost_source, partial, raw_usage, ttft_ms, thinking_ms, duration_ms, deltas, finish_reason, failure, params, edited, owner, crc, sent_tokens) VALUES (1, '222222222222222222222222', 1, NULL, 'user', 'finished', 1795176000000, NULL, '', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'unknown', 'unknown', 0, NULL, NULL, NULL, NULL, 0, NULL, NULL, '{}', 0, '', 3229211878, NULL);
INSERT INTO messages (seq, id, conversation, parent, role, state, created, deleted, account, model, prompt_tokens, completion_tokens, total_tokens, reasoning_tokens, cached_tokens, tokens_per_second, cost, currency, source, cost_source, partial, raw_usage, ttft_ms, thinking_ms, duration_ms, deltas, finish_reason, failure, params, edited, owner, crc, sent_tokens) VALUES (2, '333333333333333333333333', 1, '222222222222222222222222', 'assistant', 'finished', 1795176000000, NULL, 'Demo', 'tour', 10, 20, 30, 5, 2, 12.5, 0.001, 'USD', 'reported', 'estimated', 0, '{"prompt_tokens":10,"odd":[1,null]}', NULL, NULL, NULL, 0, 'stop', NULL, '{}', 0, '', 2657056432, 11);
CREATE INDEX messages_of_conversation ON messages (conversation);
CREATE INDEX messages_streaming ON messages (owner) WHERE state = 'streaming';
CREATE TABLE parts (
  message INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  more TEXT,                               -- the part's other fields, as JSON
  PRIMARY KEY (message, position)
) STRICT;
INSERT INTO parts (message, position, kind, text, more) VALUES (1, 0, 'text', 'Why is the sky blue?', NULL);
INSERT INTO parts (message, position, kind, text, more) VALUES (2, 0, 'text', 'Because of Rayleigh scattering.', NULL);
CREATE TABLE chunks (
  message INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (message, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE attachments (
  sha256 TEXT PRIMARY KEY,
  media_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  created INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE TABLE message_attachments (
  message INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (message, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_attachments_by_file ON message_attachments (sha256);
CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  account TEXT NOT NULL                    -- all of it, as JSON, without any key
) STRICT;
CREATE TABLE model_lists (
  account TEXT PRIMARY KEY,
  fetched INTEGER NOT NULL,
  models TEXT NOT NULL
) STRICT;
CREATE TABLE spending (
  message TEXT PRIMARY KEY,
  conversation TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',          -- filled when the conversation goes; until then it is looked up
  at INTEGER NOT NULL,
  account TEXT NOT NULL,
  model TEXT NOT NULL,
  prompt_tokens INTEGER,
  completion_tokens INTEGER,
  total_tokens INTEGER,
  reasoning_tokens INTEGER,
  cached_tokens INTEGER,
  cost REAL,
  currency TEXT,
  source TEXT NOT NULL,
  cost_source TEXT NOT NULL,
  partial INTEGER NOT NULL
) STRICT;
CREATE INDEX spending_by_time ON spending (at);
CREATE TABLE search_queue (message INTEGER PRIMARY KEY) STRICT;
INSERT INTO search_queue (message) VALUES (1);
INSERT INTO search_queue (message) VALUES (2);
CREATE VIRTUAL TABLE search_index USING fts5 (words, content = '', columnsize = 0, tokenize = 'ascii');
CREATE TABLE search_words (seq INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;
CREATE VIRTUAL TABLE search_pieces USING fts5 (
  word, content = 'search_words', content_rowid = 'seq', columnsize = 0, detail = none, tokenize = 'trigram'
);
CREATE TABLE search_state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE INDEX conversations_by_title ON conversations (folded_title, seq) WHERE deleted IS NULL;
CREATE TABLE assistants (
  id TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  assistant TEXT NOT NULL                  -- all of it, as JSON
) STRICT;
CREATE TABLE draft_attachments (
  conversation INTEGER NOT NULL REFERENCES conversations (seq) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  attachment TEXT NOT NULL, message TEXT NOT NULL DEFAULT '',                -- all of it, as JSON
  PRIMARY KEY (conversation, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX draft_attachments_by_file ON draft_attachments (sha256);
CREATE TABLE wire (
  message INTEGER PRIMARY KEY REFERENCES messages (seq) ON DELETE CASCADE,
  attempts BLOB NOT NULL
) STRICT;
CREATE INDEX conversations_tagged ON conversations (updated DESC) WHERE tags <> '[]';
CREATE INDEX conversations_in_folder ON conversations (folder COLLATE NOCASE, updated DESC) WHERE folder <> '';
CREATE TABLE arrival (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  owner TEXT NOT NULL,                     -- the run of the program that takes it in
  complete INTEGER NOT NULL DEFAULT 0      -- all of it is here, and is being shown
) STRICT;
CREATE TABLE arrived (
  conversation INTEGER PRIMARY KEY REFERENCES conversations (seq) ON DELETE CASCADE,
  fresh INTEGER NOT NULL,                  -- it was not here
  updated INTEGER,
  tip TEXT
) STRICT;
CREATE INDEX messages_arriving ON messages (conversation) WHERE deleted < 0;
CREATE INDEX messages_by_model ON messages (account, model);
PRAGMA user_version = 11;
