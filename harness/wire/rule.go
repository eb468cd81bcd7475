package wire

import "github.com/smtpspec/smtpspec/harness/record"

// Rule changes one thing about a good server: it says at which exchanges, and
// what happens there instead of the server's own answer.
//
//	On(RCPT).To("bad@*").FirstN(2).Reply(451, "4.7.1 Greylisted, try later")
//
// A Rule is a value: every method returns a changed copy, and the last call of
// a method wins. A method never panics; Validate tells of a bad argument. The
// zero Rule is not valid: begin with On.
//
// An exchange is a command with its answer, or the connection with its
// greeting, or the message data with its answer. Of several rules that match an
// exchange, the one that was added last gets it, and only that one.
type Rule struct {
	stage record.Stage
	set   ruleParts // which methods were called

	to, from, arg, hello     glob
	inSession, inTransaction int
	occurrence               int
	when                     func(*Exchange) bool

	first, nth, every int
	chance            float64
	seed              uint64

	act      action
	versions tlsVersionsJSON // as given to TLSVersions
	name     string

	label string     // Name of a bound rule, so that a hit costs no memory
	total *ruleTally // of this value, over all sets; nil in the zero Rule only
	bound *ruleTally // in the one set that this copy belongs to; nil in others
}

// ruleParts is a set of methods of Rule.
type ruleParts uint64

const (
	partTo ruleParts = 1 << iota
	partFrom
	partArg
	partHello
	partInSession
	partInTransaction
	partOccurrence
	partBeforeTLS
	partInsideTLS
	partWhen
	partFirst
	partNth
	partEvery
	partChance
	partReply
	partReplyRaw
	partDo
	partWithhold
	partAdvertise
	partDelay
	partDrip
	partSplit
	partHold
	partEarly
	partTrail
	partFlood
	partStall
	partStopReading
	partDrop
	partReset
	partDropAfterBytes
	partLoseReply
	partThenDrop
	partHalfClose
	partNoCloseNotify
	partCertificate
	partTLSVersions
	partHandshake
	partKeepPlaintext
	partNamed
	partRequired
)

func (p ruleParts) has(any ruleParts) bool { return p&any != 0 }

// On begins a rule for one stage. ANY is every exchange: all stages, and the
// verbs that have no stage of their own.
func On(stage record.Stage) Rule {
	r := Rule{stage: stage}
	return r.with(0)
}

// with returns a copy that part is about to change. It is another rule, so it
// has no hits yet.
func (r Rule) with(part ruleParts) Rule {
	if r.total == nil {
		r.act.dropAfter = -1
	}
	r.total, r.bound, r.label = &ruleTally{}, nil, ""
	r.set |= part
	return r
}

// To limits the rule to a recipient: at RCPT the forward-path of the command,
// at DATA and BODY any accepted recipient of the transaction. In the pattern *
// is any run of characters, ? is one, \ takes the next one literally; case does
// not count.
func (r Rule) To(glob string) Rule {
	r = r.with(partTo)
	r.to = newGlob(glob)
	return r
}

// From limits the rule to a reverse-path: at MAIL that of the command, later
// that of the open transaction. From("") is the null path <>, which is also
// what a session without a transaction has. The pattern is that of To.
func (r Rule) From(glob string) Rule {
	r = r.with(partFrom)
	r.from = newGlob(glob)
	return r
}

// Arg limits the rule to commands with such an argument: what follows the verb,
// as the record has it, "FROM:<a@example.mn> SIZE=10". Secrets in it are
// masked. The pattern is that of To.
func (r Rule) Arg(glob string) Rule {
	r = r.with(partArg)
	r.arg = newGlob(glob)
	return r
}

// Hello limits the rule to clients that call themselves so: at EHLO in that
// command, later in the last EHLO or HELO that the server took. After STARTTLS
// the name is forgotten until the next EHLO. The pattern is that of To.
func (r Rule) Hello(glob string) Rule {
	r = r.with(partHello)
	r.hello = newGlob(glob)
	return r
}

// InSession limits the rule to the nth session of the server, counted from 1.
func (r Rule) InSession(n int) Rule {
	r = r.with(partInSession)
	r.inSession = n
	return r
}

// InTransaction limits the rule to the nth message transaction of a session,
// counted from 1: from the MAIL that asks for it up to the next MAIL. A MAIL
// that is refused begins none, so the next one asks for the same again.
func (r Rule) InTransaction(n int) Rule {
	r = r.with(partInTransaction)
	r.inTransaction = n
	return r
}

// Occurrence limits the rule to the nth exchange of its stage in a session,
// counted from 1: On(RCPT).Occurrence(3) is the third RCPT of every session.
// Exchanges that other conditions exclude count too. At ANY it is the nth
// exchange of each stage.
func (r Rule) Occurrence(n int) Rule {
	r = r.with(partOccurrence)
	r.occurrence = n
	return r
}

// BeforeTLS limits the rule to what is sent in clear text.
func (r Rule) BeforeTLS() Rule { return r.with(partBeforeTLS) }

// InsideTLS limits the rule to what is sent inside TLS.
func (r Rule) InsideTLS() Rule { return r.with(partInsideTLS) }

// When limits the rule to exchanges for which f says so. It is asked last, on
// the session's own goroutine, and two sessions may ask at the same time. A
// rule with it has no JSON form.
func (r Rule) When(f func(*Exchange) bool) Rule {
	r = r.with(partWhen)
	r.when = f
	return r
}

// Once is FirstN(1).
func (r Rule) Once() Rule { return r.FirstN(1) }

// FirstN limits the rule to the first n exchanges that meet its conditions.
//
// FirstN, Nth, Every and Chance are counters, and a rule has one of them at
// most. A counter counts the exchanges that meet all conditions and that no
// newer rule took, over all sessions of one server; each server counts for
// itself. With DropAfterBytes it counts messages whose data begins.
func (r Rule) FirstN(n int) Rule {
	r = r.with(partFirst)
	r.first = n
	return r
}

// Nth limits the rule to the nth exchange, from 1, that meets its conditions.
func (r Rule) Nth(n int) Rule {
	r = r.with(partNth)
	r.nth = n
	return r
}

// Every limits the rule to each nth exchange that meets its conditions: with 3
// to the third, the sixth and so on.
func (r Rule) Every(n int) Rule {
	r = r.with(partEvery)
	r.every = n
	return r
}

// Chance limits the rule to a share p, from 0 to 1, of the exchanges that meet
// its conditions. The same seed chooses the same ones of their sequence; it is
// part of the Go form, and so of the name of a rule without Named.
func (r Rule) Chance(p float64, seed uint64) Rule {
	r = r.with(partChance)
	r.chance, r.seed = p, seed
	return r
}

// Named gives the rule the name that transcripts and failures print, instead of
// its Go form. "" takes the name away.
func (r Rule) Named(name string) Rule {
	r = r.with(partNamed)
	r.name = name
	if name == "" {
		r.set &^= partNamed
	}
	return r
}

// Required makes a test fail if the rule never fires.
func (r Rule) Required() Rule { return r.with(partRequired) }

// Stage returns the stage that the rule is for, "" for the zero Rule.
func (r Rule) Stage() record.Stage { return r.stage }

// Name returns the name given with Named, or the Go form without one.
func (r Rule) Name() string {
	switch {
	case r.name != "":
		return r.name
	case r.label != "":
		return r.label
	}
	return r.String()
}

// Hits returns how often the rule fired. A value that was given to servers
// counts over all of them. The copy that a server or a RuleSet returned when
// the rule was added counts for that one only.
func (r Rule) Hits() int {
	switch {
	case r.bound != nil && r.bound.elsewhere != nil:
		return r.bound.elsewhere()
	case r.bound != nil:
		return int(r.bound.hits.Load())
	case r.total != nil:
		return int(r.total.hits.Load())
	}
	return 0
}
