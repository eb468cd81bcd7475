package nodes_test

import (
	"encoding/json"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

const welcome = "Subject: Тавтай морил\r\nX-Run: job-7\r\n\r\nCode 481516\r\n"

var _ = Describe("Mail that one daemon takes", func() {
	It("is listed by the other as soon as it has its 250", func(ctx SpecContext) {
		a, b := pair(ctx)
		id := a.Send("bat@example.com", welcome)
		Expect(b.IDs("")).To(Equal([]string{id}))
		Expect(b.Text("/api/messages/" + id + "/raw")).To(Equal(welcome))
	})

	It("is found by the other as soon as it has its 250", func(ctx SpecContext) {
		a, b := pair(ctx)
		for range 20 {
			id := a.Send("bat@example.com", welcome)
			Expect(b.IDs("тавтай to:nobody OR subject:морил")).To(ContainElement(id))
		}
	})

	It("ends a wait at the other", func(ctx SpecContext) {
		a, b := pair(ctx)
		ended := make(chan string, 1)
		go func() {
			_, text, err := b.Request("GET", "/api/wait?run=job-7&q=subject:тавтай&timeout=15s", "")
			if err != nil {
				text = err.Error()
			}
			ended <- text
		}()
		Eventually(b.Metric).WithArguments("http_waits").WithTimeout(patience).Should(Equal(1))
		Expect(ended).NotTo(Receive())
		id := a.Send("bat@example.com", welcome)
		var text string
		Eventually(ended).WithTimeout(patience).Should(Receive(&text))
		var page daemon.Page
		Expect(json.Unmarshal([]byte(text), &page)).To(Succeed(), text)
		Expect(page.Items).To(ConsistOf(HaveField("ID", id)))
	})

	It("is shown live by the other", func(ctx SpecContext) {
		a, b := pair(ctx)
		events := b.Events(ctx, "/api/events")
		id := a.Send("bat@example.com", welcome)
		var live daemon.Event
		Eventually(events).WithTimeout(patience).Should(Receive(&live))
		Expect(live.Name).To(Equal("message"))
		Expect(live.Data).To(ContainSubstring(id))
	})

	It("comes with its session", func(ctx SpecContext) {
		a, b := pair(ctx)
		events := b.Events(ctx, "/api/events")
		id := a.Send("bat@example.com", welcome)
		Eventually(events).WithTimeout(patience).Should(Receive(HaveField("Name", "session")))
		session := b.List("/api/messages").Items[0].Session
		Expect(b.List("/api/sessions").Items).To(ConsistOf(HaveField("ID", session)))
		transcript := b.Text("/api/sessions/" + session + "/transcript")
		Expect(transcript).To(ContainSubstring("queued as " + id))
		Expect(transcript).To(Equal(a.Text("/api/sessions/" + session + "/transcript")))
	})
})

var _ = Describe("A change at one daemon", func() {
	It("deletes a run for the other", func(ctx SpecContext) {
		a, b := pair(ctx)
		events := a.Events(ctx, "/api/events?run=job-7")
		id := a.Send("bat@example.com", welcome)
		other := a.Send("bat@example.com", strings.Replace(welcome, "job-7", "job-8", 1))
		Expect(b.Change("DELETE", "/api/runs/job-7", "")).To(BeEmpty())
		Expect(a.IDs("")).To(Equal([]string{other}))
		status, _, err := a.Request("GET", "/api/messages/"+id, "")
		Expect(err).NotTo(HaveOccurred())
		Expect(status).To(Equal(http.StatusNotFound))
		Eventually(events).WithTimeout(patience).Should(Receive(HaveField("Name", "delete")))
	})

	It("marks mail as read for the other", func(ctx SpecContext) {
		a, b := pair(ctx)
		id := a.Send("bat@example.com", welcome)
		b.Change("PATCH", "/api/messages/"+id, `{"read":true,"tags":["seen"]}`)
		Expect(a.IDs("is:read tag:seen")).To(Equal([]string{id}))
	})

	It("sets a rule for its own server only", func(ctx SpecContext) {
		a, b := pair(ctx)
		a.Change("POST", "/api/rules", `{"rule":{"on":"RCPT","to":"bat@*","reply":"550 5.1.1 No such user"}}`)
		result, err := a.Try("bat@example.com", welcome)
		Expect(err).To(HaveOccurred())
		Expect(result.Recipients[0].Reply.Code).To(Equal(550))
		b.Send("bat@example.com", welcome)
		Expect(b.List("/api/rules").Items).To(BeEmpty())
	})
})
