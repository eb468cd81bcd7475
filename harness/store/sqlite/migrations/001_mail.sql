-- One row: what the store holds. name ties the file of the search to this one.
CREATE TABLE state (
	one      INTEGER PRIMARY KEY CHECK (one = 1),
	name     TEXT    NOT NULL,
	seq      INTEGER NOT NULL DEFAULT 0,
	messages INTEGER NOT NULL DEFAULT 0,
	bytes    INTEGER NOT NULL DEFAULT 0,
	unread   INTEGER NOT NULL DEFAULT 0,
	pinned   INTEGER NOT NULL DEFAULT 0, -- of messages
	heavy    INTEGER NOT NULL DEFAULT 0, -- of bytes, those of the pinned ones
	sessions INTEGER NOT NULL DEFAULT 0
);
INSERT INTO state (one, name) VALUES (1, lower(hex(randomblob(16))));

-- at is in nanoseconds of Unix time, auth and mechanism are in the form that is compared without regard to case,
-- codes is " 250 550 ", facts is everything else that came with the message.
CREATE TABLE mail (
	seq       INTEGER PRIMARY KEY,
	id        TEXT    NOT NULL UNIQUE,
	session   TEXT    NOT NULL,
	run       TEXT    NOT NULL,
	at        INTEGER NOT NULL,
	size      INTEGER NOT NULL,
	read      INTEGER NOT NULL DEFAULT 0,
	pinned    INTEGER NOT NULL DEFAULT 0,
	tags      BLOB,
	tls       TEXT    NOT NULL,
	auth      TEXT    NOT NULL,
	mechanism TEXT    NOT NULL,
	codes     TEXT    NOT NULL,
	facts     BLOB    NOT NULL
);
CREATE INDEX mail_session ON mail (session, seq);
CREATE INDEX mail_run     ON mail (run, seq) WHERE run <> '';
CREATE INDEX mail_read    ON mail (read, seq);
CREATE INDEX mail_pinned  ON mail (seq) WHERE pinned = 1;
CREATE INDEX mail_at      ON mail (at);

CREATE TABLE tag (
	fold TEXT    NOT NULL,
	seq  INTEGER NOT NULL,
	PRIMARY KEY (fold, seq)
) WITHOUT ROWID;

-- The content, in pieces of 262144 octets. place is seq * 1048576 + the number
-- of the piece.
CREATE TABLE piece (
	place  INTEGER PRIMARY KEY,
	octets BLOB NOT NULL
);

CREATE TABLE session (
	seq    INTEGER PRIMARY KEY,
	id     TEXT NOT NULL UNIQUE,
	run    TEXT NOT NULL,
	started INTEGER NOT NULL,
	facts  BLOB NOT NULL,
	record BLOB
);
CREATE INDEX session_run ON session (run, seq) WHERE run <> '';

CREATE TABLE run (
	name    TEXT PRIMARY KEY,
	created BLOB NOT NULL,
	expires BLOB NOT NULL,
	ends    INTEGER -- NULL = never
);

CREATE TABLE event (
	seq  INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,
	run  TEXT NOT NULL,
	ids  TEXT NOT NULL
);

-- Messages that are deleted and may still be in the search.
CREATE TABLE gone (seq INTEGER PRIMARY KEY);
