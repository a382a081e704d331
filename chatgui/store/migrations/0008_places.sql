-- Few conversations have a tag or are in a folder: they are found without going through all.
CREATE INDEX conversations_tagged ON conversations (updated DESC) WHERE tags <> '[]';
CREATE INDEX conversations_in_folder ON conversations (folder COLLATE NOCASE, updated DESC) WHERE folder <> '';
