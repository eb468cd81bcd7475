package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/smtpspec/smtpspec/harness/record"
)

// What a client is told when its message could not be kept.
var (
	replyFull   = record.NewReply(452, "4.3.1 Insufficient system storage")
	replyBroken = record.NewReply(451, "4.3.0 Local error in processing")
)

// code returns the primary result code of an error of SQLite, 0 for others.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// reply returns what a client is told about an error.
func reply(err error) record.Reply {
	if code(err) == lib.SQLITE_FULL || errors.Is(err, syscall.ENOSPC) {
		return replyFull
	}
	return replyBroken
}

// fault returns err with the path of the store and what to do about it.
func fault(path string, err error) error {
	advice := ""
	switch code(err) {
	case lib.SQLITE_FULL:
		advice = "the disk is full: make room, or lower what retention keeps"
	case lib.SQLITE_READONLY, lib.SQLITE_PERM, lib.SQLITE_AUTH:
		advice = "it cannot be written: give the user of this process the right to write the file and its folder"
	case lib.SQLITE_CANTOPEN:
		advice = "it cannot be opened: see that its folder is there and that the user of this process may write it"
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		advice = "another program has it open and locks it: close that program"
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return damaged(path, err)
	case lib.SQLITE_IOERR:
		advice = "the disk does not do what it should: look into the log of the system"
	}
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		advice = "it cannot be written: give the user of this process the right to write the file and its folder"
	case errors.Is(err, syscall.ENOTDIR):
		advice = "a part of its path is a file: choose another path"
	case errors.Is(err, syscall.ENOSPC):
		advice = "the disk is full: make room"
	}
	if advice == "" {
		return fmt.Errorf("the store %s: %w", path, err)
	}
	return fmt.Errorf("the store %s: %s (%w)", path, advice, err)
}

func damaged(path string, err error) error {
	return fmt.Errorf("the store %s is damaged and was left as it is: move it away with its -wal file to begin a new one, "+
		"or bring back a copy; `sqlite3 %s .recover` may save what is in it (%w)", path, path, err)
}
