package sender

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
)

// upgrade starts TLS as the options ask. After the handshake EHLO is sent anew:
// nothing that was said before it counts (RFC 3207 §4.2).
func (c *Client) upgrade(ctx context.Context, name string) error {
	required := c.opts.Security == STARTTLS
	if !required && c.opts.Security != Opportunistic {
		return nil
	}
	cmd := command{step: StepStartTLS, line: "STARTTLS"}
	if !c.extensions.Has("STARTTLS") {
		if required {
			return c.errorAt(cmd, problem(ErrNotOffered, "STARTTLS"))
		}
		return nil
	}
	r, err := c.roundTrip(ctx, cmd)
	if err != nil {
		return err
	}
	if err := c.wantCode(cmd, r, 220); err != nil {
		if required || c.broken != nil || r.OK() {
			return err
		}
		return nil
	}
	if n := c.replies.br.Buffered(); n > 0 {
		err := &ProtocolError{fmt.Sprintf("%d octets in the clear between the reply to STARTTLS and TLS", n), ""}
		c.breakOff(err)
		return c.errorAt(cmd, err)
	}
	if err := c.handshake(ctx); err != nil {
		return err
	}
	return c.hello(ctx, name)
}

// handshake puts TLS over the connection. A handshake that fails ends the
// session: going on in the clear is what an attacker would want.
func (c *Client) handshake(ctx context.Context) error {
	cmd := command{step: StepTLS}
	if ctx.Err() != nil {
		return c.errorAt(cmd, context.Cause(ctx))
	}
	conn := tls.Client(c.raw, c.tlsConfig())
	release := c.deadlines.watch(ctx)
	defer release()
	c.deadlines.arm(c.opts.timeout(StepTLS))
	if err := conn.Handshake(); err != nil {
		c.breakOff(err)
		return c.failure(ctx, cmd, handshakeError(err))
	}
	state := conn.ConnectionState()
	c.tls = &state
	c.adopt(conn)
	c.trace(StepTLS, "*", tls.VersionName(state.Version)+" "+tls.CipherSuiteName(state.CipherSuite))
	return nil
}

func (c *Client) tlsConfig() *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.opts.TLSConfig != nil {
		config = c.opts.TLSConfig.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = c.host
	}
	return config
}

// handshakeError keeps an alert of the peer apart from a lost connection: both
// arrive as a net.Error, but an alert is the peer's decision.
func handshakeError(err error) error {
	var record tls.RecordHeaderError
	if errors.As(err, &record) {
		return &ProtocolError{"the server does not speak TLS here: " + record.Msg, ""}
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		return &ProtocolError{"the server refused the TLS handshake: " + op.Err.Error(), ""}
	}
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// verified says that the server proved its name to this client.
func (c *Client) verified() bool {
	return c.tls != nil && len(c.tls.VerifiedChains) > 0
}
