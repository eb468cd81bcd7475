package wire

import "github.com/smtpspec/smtpspec/harness/record"

// Exchange is what a rule sees at the moment when the server is about to
// answer. It is valid during the call that it is given to, and not to be
// changed.
type Exchange struct {
	Stage       record.Stage    // ANY for a verb that has no stage of its own
	Command     record.Command  // zero at CONNECT
	Address     string          // the path of MAIL or RCPT without its brackets; "" at other stages
	Envelope    record.Envelope // of the open transaction; zero without one
	Message     *record.Message // at BODY; nil at other stages
	SessionID   int             // from 1, in the order of arrival on one server
	Hello       string          // name in the last EHLO or HELO that succeeded; "" before, and from STARTTLS to the next
	TLS         bool            // the exchange is inside TLS; at CONNECT that TLS is implicit, its handshake done or not
	Occurrence  int             // exchanges of this stage in the session so far, this one included
	Transaction int             // transactions begun in the session, counted from 1, 0 before the first MAIL succeeds

	snapshot func() *record.Session
	user     func() string
}

// User returns who has signed in, "" for nobody.
func (x *Exchange) User() string {
	if x.user == nil {
		return ""
	}
	return x.user()
}

// Session returns a copy of the session as it is now, nil if there is none.
func (x *Exchange) Session() *record.Session {
	if x.snapshot == nil {
		return nil
	}
	return x.snapshot()
}
