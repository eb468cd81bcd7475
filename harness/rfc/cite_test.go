package rfc

import (
	"slices"
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
	for _, list := range []string{"§4", "5321 4.2", "5321 §", "RFC 5321"} {
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
