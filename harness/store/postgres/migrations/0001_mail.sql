-- One row: the end of the order, and what the store holds. Whoever adds to the
-- order updates it and so locks it until the commit.
create table state (
	one       boolean primary key default true check (one),
	seq       bigint not null default 0,
	forgotten bigint not null default 0, -- events up to here are not known any more
	messages  bigint not null default 0,
	bytes     bigint not null default 0,
	unread    bigint not null default 0,
	pinned    bigint not null default 0, -- of messages
	held      bigint not null default 0, -- of bytes, those of pinned messages
	sessions  bigint not null default 0
) with (fillfactor = 10);
insert into state default values;

create table messages (
	seq       bigint primary key,
	id        text collate "C" not null unique,
	session   text collate "C" not null,
	run       text collate "C" not null,
	at        bigint not null,             -- nanoseconds since 1970
	taken     timestamptz not null default now(),
	size      bigint not null,
	tls       text collate "C" not null,
	auth      text collate "C" not null,   -- folded, as mechanism
	mechanism text collate "C" not null,
	codes     int[] not null,
	mail      bytea not null,              -- JSON
	read      boolean not null default false,
	pinned    boolean not null default false,
	tags      text[] collate "C" not null default '{}',
	tag_keys  text[] collate "C" not null default '{}', -- folded
	indexed   boolean not null default false,
	-- What follows is null until the message is indexed.
	digest    bytea,                       -- JSON, without text and fields
	texts     bytea,                       -- JSON of those
	words     tsvector,
	inexact   boolean,                     -- words do not tell everything
	files     boolean,
	embedded  boolean,
	lint      text[] collate "C",
	fields    text[] collate "C"           -- names, folded
) with (fillfactor = 80);
create index messages_session on messages (session);
create index messages_run on messages (run, seq) where run <> '';
create index messages_unindexed on messages (seq) where not indexed;
create index messages_words on messages using gin (words);

create table pieces (
	id   text collate "C" not null,
	n    int not null,
	data bytea not null,
	primary key (id, n)
);
alter table pieces alter data set storage external;

create table sessions (
	seq     bigint primary key,
	id      text collate "C" not null unique,
	run     text collate "C" not null,
	started bigint not null, -- nanoseconds since 1970
	session bytea not null, -- JSON, without the record
	record  bytea           -- JSON
);
create index sessions_run on sessions (run, seq) where run <> '';

create table runs (
	name    text collate "C" primary key,
	created bigint not null, -- nanoseconds since 1970
	expires bigint           -- null = never
);

create table events (
	seq  bigint primary key,
	kind text not null,
	run  text collate "C" not null,
	ids  text[] collate "C" not null
);
