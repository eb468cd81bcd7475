package conform

import (
	"fmt"
	"net/textproto"
	"testing"
)

// toldError tells its class itself, and is a *textproto.Error too.
type toldError struct {
	reply     *textproto.Error
	temporary bool
}

func (e toldError) Error() string   { return e.reply.Error() }
func (e toldError) Unwrap() error   { return e.reply }
func (e toldError) Temporary() bool { return e.temporary }
func (e toldError) SMTP() (code int, enhanced string, rcpts map[string]error) {
	return e.reply.Code, "", nil
}

func TestAnErrorsOwnClassStandsAboveItsCode(t *testing.T) {
	tooMany := &textproto.Error{Code: 552, Msg: "too many recipients"}
	for err, want := range map[error]Class{
		tooMany:                   Perm,
		toldError{tooMany, true}:  Temp,
		toldError{tooMany, false}: Perm,
		fmt.Errorf("r101: %w", toldError{tooMany, true}): Temp,
	} {
		if got := outcomeOf(err); got.Class != want || got.Code != 552 {
			t.Errorf("%v: %s %d, want %s", err, got.Class, got.Code, want)
		}
	}
}
