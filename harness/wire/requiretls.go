package wire

import "github.com/smtpspec/smtpspec/harness/record"

// REQUIRETLS, RFC 8689: the message may travel over verified TLS only. It is
// offered, and its parameter taken, under TLS alone (§2).
var requireTLS = extension{
	keyword:  "REQUIRETLS",
	optional: true,
	line: func(_ *Config, to client) string {
		if !to.tls {
			return ""
		}
		return "REQUIRETLS"
	},
	mail: map[string]take{"REQUIRETLS": takeFlag("REQUIRETLS")},
}

// takeFlag takes a parameter that has no value.
func takeFlag(key string) take {
	return func(s *Session, value string, has bool) record.Reply {
		if has {
			return s.malformed(key + "=" + value)
		}
		return record.Reply{}
	}
}
