// Package remote talks to a running daemon over its API.
package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/smtpspec/smtpspec/harness/web/problem"
)

// Client asks one daemon.
type Client struct {
	Base  string // "http://127.0.0.1:8025"
	Token string // sent as Bearer, "" without
	HTTP  *http.Client
}

// maxAnswer bounds an answer that is read whole, in octets.
const maxAnswer = 64 << 20

// Unreachable says that no daemon answered.
type Unreachable struct {
	Base string
	Err  error
}

func (u *Unreachable) Error() string {
	return fmt.Sprintf("nothing that answers at %s: %v", u.Base, u.Err)
}

func (u *Unreachable) Unwrap() error { return u.Err }

// Get reads the answer of a route into v.
func (c *Client) Get(ctx context.Context, path string, query url.Values, v any) error {
	body, err := c.Open(ctx, path, query)
	if err != nil {
		return err
	}
	defer body.Close()
	return c.decode(body, v)
}

// Open returns the answer of a route as it is, which the caller closes.
func (c *Client) Open(ctx context.Context, path string, query url.Values) (io.ReadCloser, error) {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return c.do(ctx, http.MethodGet, path, nil)
}

// Delete asks for a deletion that body describes.
func (c *Client) Delete(ctx context.Context, path string, query url.Values, body, v any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	answer, err := c.do(ctx, http.MethodDelete, path, b)
	if err != nil {
		return err
	}
	defer answer.Close()
	return c.decode(answer, v)
}

func (c *Client) do(ctx context.Context, method, path string, body []byte) (io.ReadCloser, error) {
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.Base, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	answer, err := c.HTTP.Do(r)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return nil, &Unreachable{c.Base, err}
	}
	if answer.StatusCode/100 == 2 {
		return answer.Body, nil
	}
	defer answer.Body.Close()
	return nil, refusal(answer)
}

// refusal reads a problem document; what is none may be any server.
func refusal(answer *http.Response) error {
	b, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	p := &Refused{Problem: &problem.Problem{}, Body: b}
	if err != nil || json.Unmarshal(b, p.Problem) != nil || p.Status == 0 {
		p.Problem = problem.New(answer.StatusCode, "it answered %s, and not as smtpspec does", answer.Status)
	}
	return p
}

// Refused is an answer that is a problem document.
type Refused struct {
	*problem.Problem
	Body []byte // the whole document
}

func (c *Client) decode(body io.Reader, v any) error {
	if err := json.NewDecoder(io.LimitReader(body, maxAnswer)).Decode(v); err != nil {
		return fmt.Errorf("the answer of %s cannot be read: %w", c.Base, err)
	}
	return nil
}
