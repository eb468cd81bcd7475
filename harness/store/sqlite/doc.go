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
// others to come. What messages say is found out behind the commit.
//
// # Age
//
// Retention by age must not remove anything because somebody set a clock. The
// age of a message is counted from its At to the store's own time. That time
// runs evenly while the store is open, is never later than the clock of the
// machine, and has moved on by one day at most when the store is opened again.
// So a clock that was set forward makes messages one day older at most, and
// one that was set back makes nothing older. Messages go in the order of their
// Seq: one with an odd At keeps those behind it until it goes itself.
package sqlite
