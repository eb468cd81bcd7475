package rfc

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestCites(t *testing.T) {
	got := Cites("5321 §4.1.1.10 §C; 8996;")
	want := []Cite{{5321, "4.1.1.10"}, {5321, "C"}, {8996, ""}}
	if !slices.Equal(got, want) {
		t.Fatalf("got %v", got)
	}
	for i, text := range []string{"RFC 5321 §4.1.1.10", "RFC 5321 Appendix C", "RFC 8996"} {
		if got[i].String() != text {
			t.Errorf("%q, want %q", got[i], text)
		}
	}
	for i, url := range []string{"rfc5321#section-4.1.1.10", "rfc5321#appendix-C", "rfc8996"} {
		if got[i].URL() != "https://www.rfc-editor.org/rfc/"+url {
			t.Errorf("%q, want …%q", got[i].URL(), url)
		}
	}
}

func TestCitesRefuses(t *testing.T) {
	for _, list := range []string{"§4", "5321 4.2", "5321 §", "RFC 5321", "0 §4", "-1"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q was taken", list)
				}
			}()
			Cites(list)
		}()
	}
}

func FuzzCites(f *testing.F) {
	for _, list := range []string{"5321 §4.2 §C; 3207 §4", "8996;", " ; ", "0 §1", "5321 §§ §4", "5321 §\x00", "+1"} {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, list string) {
		cites, ok := citesOf(t, list)
		if !ok {
			return
		}
		var again strings.Builder
		for _, c := range cites {
			if c.String() == "" || c.URL() == "" {
				t.Errorf("%q has no place: %#v", list, c)
			}
			fmt.Fprintf(&again, "%d", c.RFC)
			if c.Section != "" {
				again.WriteString(" §" + c.Section)
			}
			again.WriteString(";")
		}
		if got, ok := citesOf(t, again.String()); !ok || !slices.Equal(got, cites) {
			t.Errorf("%q is %v, written again %v", list, cites, got)
		}
	})
}

// citesOf says whether the list was taken; a panic has to say whose it is.
func citesOf(t *testing.T, list string) (cites []Cite, ok bool) {
	t.Helper()
	defer func() {
		if why := recover(); why != nil && !strings.HasPrefix(fmt.Sprint(why), "rfc: ") {
			t.Errorf("%q: %v", list, why)
		}
	}()
	return Cites(list), true
}
