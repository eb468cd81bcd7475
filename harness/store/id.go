package store

import (
	"errors"
	"time"

	"github.com/oklog/ulid/v2"
)

// ID names a message or a session: a ULID, 26 characters. IDs made by one
// process are in the order of their making.
type ID string

// NewID returns an ID that nothing else has.
func NewID() ID { return ID(ulid.Make().String()) }

// ParseID reads an ID from outside. Nothing that is not one becomes an ID, so
// one can stand in a path or a query.
func ParseID(s string) (ID, error) {
	id, err := ulid.ParseStrict(s)
	if err != nil {
		return "", errors.New(errNoID.text)
	}
	return ID(id.String()), nil
}

// Time returns when the ID was made, to the millisecond; the zero time for
// what is no ID.
func (id ID) Time() time.Time {
	u, err := ulid.ParseStrict(string(id))
	if err != nil {
		return time.Time{}
	}
	return ulid.Time(u.Time())
}
