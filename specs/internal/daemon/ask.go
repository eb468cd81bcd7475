package daemon

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// Item is what specs look at of a message or a session in a list.
type Item struct{ ID, Session, Run, Subject string }

// Page is a list of the API.
type Page struct {
	Items  []Item
	Next   string
	Total  int
	Cursor string
}

// Request asks for a path, which may have a query, and returns status and body.
func (d *Daemon) Request(method, path, body string) (int, string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, "http://"+d.HTTP+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	answer, err := d.client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

// Text returns the body of a good answer.
func (d *Daemon) Text(path string) string {
	GinkgoHelper()
	status, text, err := d.Request("GET", path, "")
	Expect(err).NotTo(HaveOccurred())
	Expect(status).To(Equal(http.StatusOK), "GET %s: %s", path, text)
	return text
}

// Change asks for a change, which has to succeed, and returns the answer.
func (d *Daemon) Change(method, path, body string) string {
	GinkgoHelper()
	status, text, err := d.Request(method, path, body)
	Expect(err).NotTo(HaveOccurred())
	Expect(status/100).To(Equal(2), "%s %s: %s", method, path, text)
	return text
}

// List returns one page.
func (d *Daemon) List(path string) Page {
	GinkgoHelper()
	var page Page
	Expect(json.Unmarshal([]byte(d.Text(path)), &page)).To(Succeed())
	return page
}

// IDs returns those of all messages that a query finds, in the order of the
// list.
func (d *Daemon) IDs(query string) []string {
	GinkgoHelper()
	ids := []string{}
	for after, more := "", true; more; more = after != "" {
		v := url.Values{"limit": {"500"}}
		if query != "" {
			v.Set("q", query)
		}
		if after != "" {
			v.Set("after", after)
		}
		page := d.List("/api/messages?" + v.Encode())
		for _, item := range page.Items {
			ids = append(ids, item.ID)
		}
		after = page.Next
	}
	return ids
}

// Metric returns the value of a metric without labels.
func (d *Daemon) Metric(name string) int {
	GinkgoHelper()
	for line := range strings.Lines(d.Text("/metrics")) {
		if value, is := strings.CutPrefix(line, "smtpspec_"+name+" "); is {
			n, err := strconv.Atoi(strings.TrimSpace(value))
			Expect(err).NotTo(HaveOccurred())
			return n
		}
	}
	Fail("there is no metric " + name)
	return 0
}
