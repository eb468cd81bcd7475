// Package conform checks SMTP clients. A Scenario is a server that does one
// thing out of the ordinary and a judge of what the client made of it; a Client
// is a Go func or a command in any language.
//
//	report, err := conform.Run(ctx, conform.ClientFunc(send), catalog.All())
//
// Every verdict is a pure function of what was recorded: a stored Report can be
// judged again without the client. Package catalog has the scenarios, package
// report the forms a Report takes for people and machines.
package conform
