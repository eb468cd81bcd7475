package conform

import (
	"context"
	"errors"
	"net"
	"net/textproto"
	"regexp"
	"strings"
	"time"
)

// Class is what a client said became of its job.
type Class string

const (
	OK          Class = "ok"
	Temp        Class = "temp"        // failed, may be tried again
	Perm        Class = "perm"        // failed for good
	Failed      Class = "failed"      // failed, it is not said which way
	Queued      Class = "queued"      // taken over, to be sent later
	Unsupported Class = "unsupported" // it cannot do what was asked
	Hang        Class = "hang"        // it did not end within the guard
	Crash       Class = "crash"       // a signal or a panic ended it
	NotStarted  Class = "not started" // it could not be run
)

// Outcome is what a client said at the end of a job.
type Outcome struct {
	Class    Class            `json:"class"`
	Code     int              `json:"code,omitempty"`     // SMTP reply code it reported; 0 = none
	Enhanced string           `json:"enhanced,omitempty"` // enhanced status code it reported
	Stage    string           `json:"stage,omitempty"`    // step it named; "" = none
	Rcpts    map[string]Class `json:"rcpts,omitempty"`    // what it said of single recipients
	Text     string           `json:"text,omitempty"`     // error, or output: stderr before stdout
	Omitted  int64            `json:"omitted,omitempty"`  // octets of output that were not kept
	Exit     int              `json:"exit,omitempty"`     // exit code of a command
	Signal   string           `json:"signal,omitempty"`   // that ended it
	Evidence string           `json:"evidence,omitempty"` // stacks of a hung or crashed func
	Took     time.Duration    `json:"took"`
}

// Failure says that the client reported that the job failed, in any class.
func (o *Outcome) Failure() bool { return o.Class == Temp || o.Class == Perm || o.Class == Failed }

// Reports says that the client told its caller this reply code.
func (o *Outcome) Reports(code int) bool {
	return o.Code == code || containsNumber(o.Text, code)
}

func containsNumber(text string, code int) bool {
	return regexp.MustCompile(`\b` + itoa(code) + `\b`).MatchString(text)
}

// smtpError is what an error may tell beyond its text.
type smtpError interface {
	SMTP() (code int, enhanced string, rcpts map[string]error)
}

// outcomeOf reads the error of a Client.
func outcomeOf(err error) Outcome {
	if err == nil {
		return Outcome{Class: OK}
	}
	o := Outcome{Class: classOf(err), Text: err.Error()}
	var told smtpError
	if errors.As(err, &told) {
		var rcpts map[string]error
		o.Code, o.Enhanced, rcpts = told.SMTP()
		for rcpt, e := range rcpts {
			if o.Rcpts == nil {
				o.Rcpts = map[string]Class{}
			}
			if e == nil {
				o.Rcpts[rcpt] = OK
			} else {
				o.Rcpts[rcpt] = classOf(e)
			}
		}
	}
	var reply *textproto.Error
	if o.Code == 0 && errors.As(err, &reply) {
		o.Code = reply.Code
	}
	if o.Enhanced == "" {
		o.Enhanced = enhancedCode.FindString(o.Text)
	}
	return o
}

var enhancedCode = regexp.MustCompile(`\b[245]\.\d{1,3}\.\d{1,3}\b`)

// classifiedError is an error that was made to tell its class: what it says
// stands above the digits of the reply, of which 552 to RCPT is temporary
// (RFC 5321 §4.5.3.1.10).
type classifiedError interface {
	smtpError
	Temporary() bool
}

// classOf reads the class of a failure off its error.
func classOf(err error) Class {
	var reply *textproto.Error
	var temporary interface{ Temporary() bool }
	var timeout net.Error
	var classified classifiedError
	switch {
	case errors.Is(err, ErrUnsupported) || errors.Is(err, errors.ErrUnsupported):
		return Unsupported
	case errors.As(err, &classified):
		return classOfTemporary(classified.Temporary())
	case errors.As(err, &reply):
		return classOfCode(reply.Code)
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return Temp
	}
	if _, isNet := errors.AsType[*net.OpError](err); isNet {
		return Temp // the connection failed, which the next one may not
	}
	if errors.As(err, &temporary) {
		return classOfTemporary(temporary.Temporary())
	}
	var told smtpError
	if errors.As(err, &told) {
		if code, _, _ := told.SMTP(); code != 0 {
			return classOfCode(code)
		}
	}
	if strings.HasSuffix(err.Error(), "EOF") {
		return Temp
	}
	return Failed
}

func classOfTemporary(temporary bool) Class {
	if temporary {
		return Temp
	}
	return Perm
}

func classOfCode(code int) Class {
	switch code / 100 {
	case 4:
		return Temp
	case 5:
		return Perm
	}
	return Failed
}
