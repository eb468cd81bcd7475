package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
	"github.com/smtpspec/smtpspec/harness/store"
)

// vocabulary is what the texts are made of: a few words are everywhere, most
// are rare.
var vocabulary = func() []string {
	words := make([]string, 20_000)
	for i := range words {
		words[i] = "w" + strconv.FormatInt(int64(i)*7919+13, 36)
	}
	return words
}()

func senderOf(i int) string { return fmt.Sprintf("sender%d@example.test", i%500) }

// text is message i: 5 KiB, with "invoice" in every subject, an order that one
// in a thousand has, one of 500 senders, and "rare" in one of a thousand.
func text(i int) []byte {
	r := rand.New(rand.NewPCG(uint64(i), 7))
	var b strings.Builder
	fmt.Fprintf(&b, "From: Sender %d <%s>\r\nTo: bat@example.test\r\nSubject: invoice %d of order%d\r\n"+
		"Date: Mon, 2 Mar 2026 12:00:00 +0800\r\nMessage-ID: <%d@example.test>\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: text/plain; charset=utf-8\r\n\r\n", i%500, senderOf(i), i, i%1000, i)
	if i%1000 == 500 {
		b.WriteString("rare\r\n")
	}
	for b.Len() < 5<<10 {
		for line := b.Len(); b.Len()-line < 70; {
			b.WriteString(vocabulary[int(float64(len(vocabulary))*r.Float64()*r.Float64()*r.Float64())] + " ")
		}
		b.WriteString("\r\n")
	}
	return []byte(b.String())
}

// texts makes n messages before a clock runs.
func texts(first, n int) [][]byte {
	all := make([][]byte, n)
	for i := range all {
		all[i] = text(first + i)
	}
	return all
}

// mailOf is what the store is told of a message.
func mailOf(i, size int) *store.Mail {
	return &store.Mail{
		ID: store.NewID(), Session: store.NewID(), At: time.Now(), Size: size,
		Envelope: record.Envelope{From: senderOf(i), Recipients: []record.Recipient{
			{Address: "bat@example.test", Reply: record.NewReply(250, "2.1.5 Ok")}}},
		Reply: record.NewReply(250, "2.0.0 Ok: queued"),
		Facts: store.Facts{Remote: "127.0.0.1:34540", Hello: "client.example.test"},
	}
}
