package conform_test

import (
	"context"
	"net/smtp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
)

func sendMail(ctx context.Context, job conform.Job) error {
	conn, err := job.Dial(ctx, "tcp", job.Addr)
	if err != nil {
		return err
	}
	conn.SetDeadline(time.Now().Add(job.Wait()))
	c, err := smtp.NewClient(conn, job.Host)
	if err != nil {
		return err
	}
	defer c.Close()
	if job.User != "" || job.LMTP || job.Security != "none" || job.Messages[0].Composed() {
		return conform.ErrUnsupported
	}
	for i, m := range job.Messages {
		if err := c.Mail(job.From); err != nil {
			return err
		}
		for _, r := range job.Recipients(i) {
			if err := c.Rcpt(r); err != nil {
				return err
			}
		}
		w, err := c.Data()
		if err != nil {
			return err
		}
		w.Write(m.Raw)
		if err := w.Close(); err != nil {
			return err
		}
	}
	return c.Quit()
}

func TestAGoFunc(t *testing.T) {
	r, err := conform.Run(t.Context(), conform.ClientFunc(sendMail), catalog.All(), conform.Only("greet-baseline", "greet-554"), conform.WithUnit(500*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	expectPass(t, r, "greet-baseline")
	if p := r.Profile; !p.Works || p.Mode != "raw" || !p.Has(conform.NeedMultiRcpt) || p.Has(conform.NeedStartTLS) || p.Has(conform.NeedAuth) || !p.Classes {
		t.Errorf("calibration found %+v", p)
	}
}

func TestAGoFuncInVirtualTime(t *testing.T) {
	r, err := conform.Run(t.Context(), conform.ClientFunc(sendMail), catalog.All(), conform.Only("greet-baseline"),
		conform.WithVirtualTime(func(f func()) { synctest.Test(t, func(*testing.T) { f() }) }))
	if err != nil {
		t.Fatal(err)
	}
	expectPass(t, r, "greet-baseline")
}

func expectPass(t *testing.T, r *conform.Report, id string) {
	t.Helper()
	if result := r.Result(id); result == nil || result.Verdict.Word != conform.Pass {
		t.Errorf("%s: %+v", id, result)
	}
}
