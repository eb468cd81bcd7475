CREATE TABLE state (
	one  INTEGER PRIMARY KEY CHECK (one = 1),
	name TEXT    NOT NULL,
	upto INTEGER NOT NULL
);

-- lint is a line feed, then each rule with a line feed behind it.
CREATE TABLE digest (
	seq      INTEGER PRIMARY KEY,
	files    INTEGER NOT NULL,
	embedded INTEGER NOT NULL,
	lint     TEXT    NOT NULL,
	short    BLOB    NOT NULL,
	rest     BLOB    NOT NULL
);

-- The words of messages are in tables words_1, words_2 …, each for the messages
-- from its first Seq up to that of the next one.
CREATE TABLE shard (
	number   INTEGER PRIMARY KEY,
	first    INTEGER NOT NULL,
	messages INTEGER NOT NULL
);
