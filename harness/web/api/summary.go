package api

import (
	"net/mail"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

func summary(e *store.Entry) Summary {
	d := e.Digest
	if d == nil {
		d = &store.Digest{}
	}
	to, refused := recipientsOf(e.Envelope)
	return Summary{
		ID: string(e.ID), Session: string(e.Session), Run: e.Run, At: stamp(e.At), Size: e.Size,
		EnvelopeFrom: e.Envelope.From, EnvelopeTo: to, Refused: refused,
		From: addresses(d.From), To: addresses(d.To), Cc: addresses(d.Cc), ReplyTo: addresses(d.ReplyTo),
		Subject: d.Subject, MessageID: d.MessageID, Date: stamp(d.Date), Snippet: d.Snippet,
		Files: listed(d.Files), Warnings: d.Warnings, Lint: listed(d.Lint),
		Read: e.Read, Pinned: e.Pinned, Tags: listed(e.Tags),
	}
}

func summaries(entries []*store.Entry) []Summary {
	list := make([]Summary, 0, len(entries))
	for _, e := range entries {
		list = append(list, summary(e))
	}
	return list
}

func recipientsOf(e record.Envelope) (accepted, refused []string) {
	accepted, refused = []string{}, []string{}
	for _, r := range e.Recipients {
		if r.Accepted() {
			accepted = append(accepted, r.Address)
		} else {
			refused = append(refused, r.Address)
		}
	}
	return accepted, refused
}

func addresses(list []mail.Address) []Address {
	out := make([]Address, 0, len(list))
	for _, a := range list {
		out = append(out, Address{a.Name, a.Address})
	}
	return out
}

func clientOf(f store.Facts) Client {
	return Client{f.Remote, f.Hello, f.TLS, f.Auth, f.Mechanism, f.LMTP}
}
