package mailmatch

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/onsi/gomega/types"

	"github.com/smtpspec/smtpspec/harness"
	"github.com/smtpspec/smtpspec/harness/mailmatch/internal/dkim"
)

// BeSignedBy asks for a DKIM signature of the domain, RFC 6376, whose body hash
// is right and which had not expired when the message came. With keys, the
// signature itself has to fit one of them too: rsa-sha256, or ed25519-sha256 of
// RFC 8463. A key is the text of its DNS record or a public key in PEM; DNS is
// never asked.
//
//	BeSignedBy("example.mn", "v=DKIM1; k=ed25519; p=11qYAYKx…")
func BeSignedBy(domain string, keys ...string) types.GomegaMatcher {
	return messageMatcher{signedBy{domain, keys}}
}

type signedBy struct {
	domain string
	keys   []string
}

func (c signedBy) want() string {
	want := "be signed by " + shown(c.domain) + " (DKIM"
	if len(c.keys) > 0 {
		want += ", with " + counted(len(c.keys), "key")
	}
	return want + ")"
}

func (c signedBy) judge(m *harness.Message) (verdict, error) {
	all := dkim.Signatures(m.Raw())
	if len(all) == 0 {
		return has(false, "no DKIM-Signature"), nil
	}
	faults := map[*dkim.Signature]error{}
	for _, s := range all {
		if faults[s] = c.fault(s, m.At); faults[s] == nil {
			return verdict{ok: true}, nil
		}
	}
	return has(false, listed(all, func(s *dkim.Signature) string {
		return fmt.Sprintf("DKIM-Signature of %s, selector %s: %s", quoted(s.Domain), quoted(s.Selector), shown(faults[s].Error()))
	})), nil
}

// fault says what is wrong with a signature, nil if nothing is.
func (c signedBy) fault(s *dkim.Signature, at time.Time) error {
	if s.Domain != "" && !strings.EqualFold(s.Domain, c.domain) {
		return errors.New("it is of another domain")
	}
	if err := s.Check(at); err != nil {
		return err
	}
	var err error
	for _, key := range c.keys {
		if err = s.Verify(key); err == nil {
			return nil
		}
	}
	return err
}
