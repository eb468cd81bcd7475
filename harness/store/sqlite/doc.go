// Package sqlite keeps mail in a file: the store of a daemon that has to find
// everything again after it ended, however it ended.
//
// A store at PATH has three files. PATH holds the mail, the sessions and the
// runs. PATH.search holds what is found out about messages, and the index of
// their words; it can always be made again from PATH, and is when it is
// missing, damaged or of another version. PATH.lock keeps a second process
// away. SQLite adds "-wal" and "-shm" files while the store is open.
//
// One goroutine writes. It commits all messages that wait together, so the
// cost of reaching the disk is shared by all sessions; nothing waits for
// others to come. What messages say is found out behind the commit, and their
// words are indexed when less mail comes: until then a search looks at each of
// the last messages in memory.
package sqlite
