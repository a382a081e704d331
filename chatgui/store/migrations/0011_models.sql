-- What one model, or one account, has answered is found without going through all messages.
CREATE INDEX messages_by_model ON messages (account, model);
