package postgres

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// SQLSTATEs that matter.
const (
	readOnly = "25006"
	diskFull = "53100"
)

var (
	replyFull  = record.NewReply(452, "4.3.1 The store is full, try again later")
	replyLarge = record.NewReply(452, "4.3.1 The message is larger than all that the store keeps")
	replyBusy  = record.NewReply(451, "4.3.2 The store is busy, try again later")
	replyDown  = record.NewReply(451, "4.3.0 The store cannot be reached, try again later")
	replyRead  = record.NewReply(451, "4.3.0 The store is read-only, try again later")
	replyOdd   = record.NewReply(451, "4.3.0 The store cannot take this now, try again later")
)

// replyFor returns what a client is told when its message could not be stored.
func replyFor(err error) error {
	var answer *pgconn.PgError
	var reply record.Reply
	switch {
	case err == nil, errors.As(err, &reply):
		return err
	case errors.Is(err, store.ErrClosed):
		return store.ErrClosed
	case errors.Is(err, errCommitLost):
		return replyDown
	case !errors.As(err, &answer):
		return replyDown
	case answer.Code == readOnly:
		return replyRead
	case answer.Code == diskFull:
		return replyFull
	case strings.HasPrefix(answer.Code, "53"):
		return replyBusy
	case strings.HasPrefix(answer.Code, "57P"), strings.HasPrefix(answer.Code, "08"):
		return replyDown
	}
	return replyOdd
}

// certain says that a transaction that ended with err did not commit: the server
// has said so and lives, or nothing was sent.
func certain(err error) bool {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return answer.Severity != "FATAL" && answer.Severity != "PANIC"
	}
	return pgconn.SafeToRetry(err)
}

// ofItsContent says that an error came from one of the rows of a group, so that
// the others can do without it.
func ofItsContent(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && (strings.HasPrefix(answer.Code, "22") || strings.HasPrefix(answer.Code, "23") || strings.HasPrefix(answer.Code, "54"))
}

// ended returns why a call ended: the store was closed, its context, or err.
func ended(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
