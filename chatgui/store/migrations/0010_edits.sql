-- What is being made of messages and is not sent: their ids with the new words, as JSON, the one last written last. Files that
-- stand there are with those of the draft, whose `message` is empty.
ALTER TABLE conversations ADD COLUMN edits TEXT NOT NULL DEFAULT '{}';
ALTER TABLE draft_attachments ADD COLUMN message TEXT NOT NULL DEFAULT '';
