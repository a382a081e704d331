-- Search. A message stands either in the queue (not indexed yet, or not any more) or in the index; never in both.

CREATE TABLE search_queue (message INTEGER PRIMARY KEY) STRICT;
INSERT INTO search_queue SELECT seq FROM messages;

-- The words of each message, folded, in order; without the text itself. The rowid is the message's `seq`.
CREATE VIRTUAL TABLE search_index USING fts5 (words, content = '', columnsize = 0, tokenize = 'ascii');

-- Every word there is, so that a piece of one finds the whole ones.
CREATE TABLE search_words (seq INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;
CREATE VIRTUAL TABLE search_pieces USING fts5 (
  word, content = 'search_words', content_rowid = 'seq', columnsize = 0, detail = none, tokenize = 'trigram'
);

-- `folding`: how the indexed words were folded. `compact`: something purged is still in the index's old pages.
CREATE TABLE search_state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

ALTER TABLE conversations ADD COLUMN folded_title TEXT NOT NULL DEFAULT '';
UPDATE conversations SET folded_title = fold(title);
CREATE INDEX conversations_by_title ON conversations (folded_title, seq) WHERE deleted IS NULL;
