package conform

import (
	"context"
	"fmt"
	"time"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/record"
)

// Replay starts the server of a script alone, at addr ("127.0.0.1:2525", "" =
// any port of the address that the script wants), so that its sessions can be
// looked at with a debugger at the client's side. It returns the job that goes
// with it. The caller closes the server.
func Replay(ctx context.Context, s *Script, addr string, unit time.Duration) (*harness.Server, record.Job, error) {
	if s.Network != nil {
		return nil, record.Job{}, fmt.Errorf("conform: %s has no server to replay: %s", s.ID, s.Text)
	}
	e := Env{T: unit, Profile: &Profile{Mode: "raw", Works: true, Abilities: map[Need]Ability{NeedRaw: {Has: true}}}, Host: "127.0.0.1"}
	if s.Addr != "" {
		e.Host = s.Addr
	}
	if addr == "" {
		addr = address(e.Host, 0)
	}
	srv, err := harness.Listen(ctx, append(s.options(e), harness.WithAddr(addr))...)
	if err != nil {
		return nil, record.Job{}, err
	}
	job := s.job(e)
	job.Host, job.Port = srv.Host(), srv.Port()
	return srv, job, nil
}
