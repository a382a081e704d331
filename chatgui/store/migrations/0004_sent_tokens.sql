ALTER TABLE messages ADD COLUMN sent_tokens INTEGER;
