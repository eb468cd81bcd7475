-- The list of tags looks at tagged messages alone.
create index messages_tagged on messages (run) where tags <> '{}';
