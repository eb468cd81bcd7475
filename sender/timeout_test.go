package sender

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// silence makes a script that stops answering at a step.
func silence(step string) *script {
	switch step {
	case "greeting":
		return &script{greeting: silent}
	case "STARTTLS":
		return &script{ehlo: []string{"STARTTLS"}, replies: map[string]string{"STARTTLS": silent}}
	}
	return &script{replies: map[string]string{step: silent}}
}

func TestDefaultTimeouts(t *testing.T) {
	steps := map[string]time.Duration{
		"greeting": 5 * time.Minute,
		"EHLO":     5 * time.Minute,
		"STARTTLS": 5 * time.Minute,
		"MAIL":     5 * time.Minute,
		"RCPT":     5 * time.Minute,
		"DATA":     2 * time.Minute,
		".":        10 * time.Minute,
	}
	for step, limit := range steps {
		for name, one := range map[string]time.Duration{"default": 0, "override": 7 * time.Second} {
			t.Run(step+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					want := limit
					if one > 0 {
						want = one
					}
					start := time.Now()
					_, err := silence(step).mail(t, func(o *Options) { o.Timeout = one })
					if took := time.Since(start); took != want {
						t.Errorf("gave up after %v, want %v", took, want)
					}
					var e interface{ Timeout() bool }
					if !errors.As(err, &e) || !e.Timeout() || !temporary(err) || !errors.Is(err, os.ErrDeadlineExceeded) {
						t.Errorf("error %v", err)
					}
				})
			})
		}
	}
}

func TestSilenceAfterQuit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		r, err := silence("QUIT").mail(t, nil)
		if err != nil || r.Quit == nil || time.Since(start) != time.Minute {
			t.Errorf("%v, QUIT %v after %v", err, r.Quit, time.Since(start))
		}
	})
}

func TestEachStepHasItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{}
		opts := s.options(t)
		opts.Timeout = 2 * time.Second
		dial := opts.Dialer
		opts.Dialer = slowly(dial, 1100*time.Millisecond)
		start := time.Now()
		_, err := SendMail(t.Context(), "mx.test:25", opts, alice, []string{bat}, []byte(hello))
		if err != nil || time.Since(start) < 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestDripDoesNotRestartTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{greeting: strings.Repeat("220-x\r\n", 100) + "220 ok\r\n"}
		opts := s.options(t)
		opts.Timeout = 2 * time.Second
		opts.Dialer = slowly(opts.Dialer, 300*time.Millisecond)
		start := time.Now()
		_, err := Dial(t.Context(), "mx.test:25", opts)
		if !temporary(err) || time.Since(start) > 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestPeerStopsReading(t *testing.T) {
	big := []byte("Subject: big\r\n\r\n" + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 40_000))
	synctest.Test(t, func(t *testing.T) {
		s := &script{early: deaf}
		opts := s.options(t)
		start := time.Now()
		_, err := SendMail(t.Context(), "mx.test:25", opts, alice, []string{bat}, big)
		if took := time.Since(start); !temporary(err) || took < 3*time.Minute || took > 3*time.Minute+2*time.Second {
			t.Errorf("%v after %v", err, took)
		}
	})
}

func TestHandshakeThatHangs(t *testing.T) {
	for _, mode := range []Security{STARTTLS, ImplicitTLS} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{ehlo: []string{"STARTTLS"}, replies: map[string]string{"STARTTLS": "220 go\r\n" + silent}}
			if mode == ImplicitTLS {
				s.greeting = silent
			}
			opts := s.options(t)
			opts.Security = mode
			start := time.Now()
			_, err := Dial(t.Context(), "mx.test:25", opts)
			if took := time.Since(start); !temporary(err) || took != 2*time.Minute {
				t.Errorf("%v: %v after %v", mode, err, took)
			}
		})
	}
}

func TestCancelInterruptsAnyStep(t *testing.T) {
	for _, step := range []string{"greeting", "EHLO", "STARTTLS", "MAIL", "RCPT", "DATA", "."} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start := time.Now()
			_, err := SendMail(ctx, "mx.test:25", silence(step).options(t), alice, []string{bat}, []byte(hello))
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
				t.Errorf("%s: %v after %v", step, err, time.Since(start))
			}
		})
	}
}

func TestContextOfOneStepDoesNotSpoilTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{}
		c, err := Dial(t.Context(), "mx.test:25", s.options(t))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if err := c.Noop(ctx); err != nil {
			t.Error(err)
		}
		cancel()
		if err := c.Noop(ctx); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := c.Quit(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
