// Package harness runs an SMTP server inside a test and records every session:
// each command, reply, time, TLS and AUTH fact, envelope and message.
//
//	srv := harness.NewServer(t)
//	err := smtp.SendMail(srv.Addr(), nil, "a@example.mn", []string{"b@example.com"}, msg)
//	m := srv.OnlyMessage(t)
//
// A command is in the record when it arrives, its reply before the first octet
// of it leaves, a message before its 250, and the end of a session before its
// 221. So what a client was told is there to be looked at, without waiting.
//
// Package mailmatch has Gomega matchers for all of it.
package harness
