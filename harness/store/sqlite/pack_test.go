package sqlite

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// anything fills every field of a value, so that one that is new and not
// packed shows.
func anything(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		anything(v.Elem())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(rand.Int64N(1e10), rand.Int64N(1e9)).UTC()))
			return
		}
		for i := range v.NumField() {
			anything(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			anything(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		anything(key)
		anything(value)
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString("\xff\x00 бат" + strings.Repeat("x", rand.IntN(300)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(rand.Int64() - rand.Int64())
	default:
		panic(v.Kind())
	}
}

func TestPack(t *testing.T) {
	for range 100 {
		m, session, digest := &store.Mail{}, &store.Session{}, &store.Digest{}
		for _, v := range []any{m, digest} {
			anything(reflect.ValueOf(v).Elem())
		}
		anything(reflect.ValueOf(&session.Facts).Elem())
		for _, v := range []any{&session.Started, &session.Lasted, &session.End, &session.Codes, &session.Messages, &session.Faults} {
			anything(reflect.ValueOf(v).Elem())
		}
		m.Opens = nil // a run is a row of its own
		gotMail := &store.Mail{Seq: m.Seq, ID: m.ID, Session: m.Session, Run: m.Run, Size: m.Size}
		if err := unpackMail(packMail(m), gotMail); err != nil || !reflect.DeepEqual(gotMail, m) {
			t.Fatalf("%v %+v\nwant %+v", err, gotMail, m)
		}
		gotSession := &store.Session{}
		if err := unpackSession(packSession(session), gotSession); err != nil || !reflect.DeepEqual(gotSession, session) {
			t.Fatalf("%v %+v\nwant %+v", err, gotSession, session)
		}
		gotDigest, err := unpackDigest(packDigest(digest))
		if err != nil || unpackRest(packRest(digest), gotDigest) != nil || !reflect.DeepEqual(gotDigest, digest) {
			t.Fatalf("%v %+v\nwant %+v", err, gotDigest, digest)
		}
	}
	empty, err := unpackDigest(packDigest(&store.Digest{}))
	if err != nil || !reflect.DeepEqual(empty, &store.Digest{}) {
		t.Errorf("%+v %v", empty, err)
	}
}

// FuzzUnpack takes damaged rows apart.
func FuzzUnpack(f *testing.F) {
	m, _ := benchMail(1)
	f.Add(packMail(m))
	f.Add(packDigest(&store.Digest{Files: []string{"a"}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = unpackMail(b, &store.Mail{})
		_ = unpackSession(b, &store.Session{})
		_, _ = unpackTags(b)
		if d, err := unpackDigest(b); err == nil {
			_ = unpackRest(b, d)
		}
	})
}

func TestFold(t *testing.T) {
	letters := []rune("kKK sSſ åÅÅ ωΩΩ бБ ǅǄǆ ßẞ iIıİ \xff")
	for _, a := range letters {
		for _, b := range letters {
			x, y := "x"+string(a), "x"+string(b)
			if (fold(x) == fold(y)) != strings.EqualFold(x, y) {
				t.Errorf("%q and %q: %q and %q", x, y, fold(x), fold(y))
			}
		}
	}
}
