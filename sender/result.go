package sender

import (
	"errors"
	"fmt"
	"strings"
)

// Result is what became of one transaction.
type Result struct {
	// From is the reverse-path as given.
	From string
	// Recipients are in the order given, each with its own outcome.
	Recipients []RecipientResult
	// Mail, Data and Final are the replies to MAIL, to DATA and to the end of
	// the message; Code 0 for a step that was not reached. With LMTP Final is
	// the last of the recipients' final replies.
	Mail, Data, Final Reply
	// Quit is how QUIT went, where SendMail sent it. It says nothing about the
	// message.
	Quit error
}

// RecipientResult is what became of a message for one recipient.
type RecipientResult struct {
	// Address is the recipient as given.
	Address string
	// Reply is the reply to RCPT.
	Reply Reply
	// Final is the reply that decided: to the end of the message, and in LMTP
	// the one for this recipient.
	Final Reply
	// Delivered says that the server took the message for this recipient.
	Delivered bool
	// Err says why not; nil when Delivered.
	Err error
}

// Delivered returns the recipients for whom the server took the message.
func (r *Result) Delivered() []string {
	var addrs []string
	for _, rcpt := range r.Recipients {
		if rcpt.Delivered {
			addrs = append(addrs, rcpt.Address)
		}
	}
	return addrs
}

// Failed returns the recipients for whom it did not.
func (r *Result) Failed() []RecipientResult {
	var failed []RecipientResult
	for _, rcpt := range r.Recipients {
		if !rcpt.Delivered {
			failed = append(failed, rcpt)
		}
	}
	return failed
}

// conclude turns the outcome into the error of Send: nil only if the server took
// the message for every recipient.
func (r *Result) conclude(err error) error {
	failed := false
	for i := range r.Recipients {
		rcpt := &r.Recipients[i]
		if rcpt.Delivered {
			continue
		}
		failed = true
		if rcpt.Err == nil {
			rcpt.Err = err
		}
	}
	if err == nil && !failed {
		return nil
	}
	return &SendError{Result: r, Err: err}
}

// SendError says that a message was not taken for every recipient.
type SendError struct {
	// Result says what became of it for each; never nil.
	Result *Result
	// Err is what failed for all recipients that the server had not refused:
	// an *Error. Nil when all that failed is told by recipient.
	Err error
}

// Error names what failed for all, then each recipient that was refused.
func (e *SendError) Error() string {
	var parts []string
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	failed := e.Result.Failed()
	for i, rcpt := range failed {
		if rcpt.Err == nil || rcpt.Err == e.Err {
			continue
		}
		if len(parts) == 10 {
			parts = append(parts, fmt.Sprintf("and more (%d in all)", len(failed)))
			break
		}
		parts = append(parts, failed[i].Err.Error())
	}
	if e.Err == nil {
		all := len(e.Result.Recipients)
		return fmt.Sprintf("%d of %d recipients failed: %s", len(failed), all, strings.Join(parts, "; "))
	}
	return strings.Join(parts, "; ")
}

// Unwrap returns the error that SMTP and Temporary speak of: what failed for
// all, or the gravest of the recipients' errors.
func (e *SendError) Unwrap() error {
	if e.Err != nil {
		return e.Err
	}
	var first error
	for _, rcpt := range e.Result.Failed() {
		if !temporary(rcpt.Err) {
			return rcpt.Err
		}
		if first == nil {
			first = rcpt.Err
		}
	}
	return first
}

func temporary(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}

// Temporary says that everything that failed may succeed later. For a single
// recipient ask the Err of its RecipientResult.
func (e *SendError) Temporary() bool { return temporary(e.Unwrap()) }

// Timeout says that a deadline ended the transaction.
func (e *SendError) Timeout() bool {
	var t interface{ Timeout() bool }
	return errors.As(e.Unwrap(), &t) && t.Timeout()
}

// SMTP returns code and enhanced code of the reply that decided, 0 and ""
// without one, and the error of each recipient that the message was not taken
// for.
func (e *SendError) SMTP() (code int, enhanced string, rcpts map[string]error) {
	var cause *Error
	if errors.As(e.Unwrap(), &cause) {
		code, enhanced = cause.Reply.Code, cause.Reply.Enhanced
	}
	rcpts = map[string]error{}
	for _, rcpt := range e.Result.Failed() {
		rcpts[rcpt.Address] = rcpt.Err
	}
	return code, enhanced, rcpts
}
