package htmlsupport

import (
	"cmp"
	"slices"
	"strings"
)

// MaxOctets is how much of HTML is looked at.
const MaxOctets = 1 << 20

// Support says how far clients support something.
type Support string

// The degrees of support.
const (
	Yes     Support = "yes"
	Partly  Support = "partly" // with a restriction, or in some of a family's clients only
	No      Support = "no"
	Unknown Support = "unknown" // nobody has tried
)

// Report is what clients make of HTML.
type Report struct {
	Date  string    `json:"date"`  // of what is known of clients, "2026-05-13"
	Used  int       `json:"used"`  // features that the HTML uses and that something is known of
	Found []Finding `json:"found"` // those that a client does not support in full, the worst first
	Cut   bool      `json:"cut"`   // the HTML is longer than MaxOctets
}

// Finding is a feature that some clients do not support in full.
type Finding struct {
	Feature  string   `json:"feature"` // "display:flex"
	URL      string   `json:"url"`     // where more is said about it
	Tested   string   `json:"tested"`  // the day when clients were last tried
	Families []Family `json:"families"`
	Notes    []Note   `json:"notes"` // that families refer to
}

// Family is the clients of one maker.
type Family struct {
	Name      string   `json:"name"`
	Support   Support  `json:"support"`
	Platforms []Client `json:"platforms"`
}

// Client is one of a family.
type Client struct {
	Platform string   `json:"platform"` // "iOS"
	Support  Support  `json:"support"`
	Notes    []string `json:"notes"` // their numbers
}

// Note is a remark on support.
type Note struct {
	Number string `json:"number"`
	Text   string `json:"text"`
}

// Judge says what clients make of HTML. It never fails.
func Judge(markup string) Report {
	d := known()
	r := Report{Date: d.Date, Found: []Finding{}, Cut: len(markup) > MaxOctets}
	used := map[int]bool{}
	for use := range scan(markup[:min(len(markup), MaxOctets)]) {
		for _, i := range d.by[use] {
			used[i] = true
		}
	}
	r.Used = len(used)
	for i := range used {
		if f := d.finding(d.Features[i]); f.Count(No)+f.Count(Partly) > 0 {
			r.Found = append(r.Found, f)
		}
	}
	slices.SortFunc(r.Found, func(a, b Finding) int {
		return cmp.Or(b.Count(No)-a.Count(No), b.Count(Partly)-a.Count(Partly), strings.Compare(a.Feature, b.Feature))
	})
	return r
}

// Count is how many families support the feature so far.
func (f Finding) Count(s Support) (n int) {
	for _, family := range f.Families {
		if family.Support == s {
			n++
		}
	}
	return n
}

func (d *data) finding(f feature) Finding {
	out := Finding{Feature: f.Title, URL: "https://www.caniemail.com/features/" + f.Slug + "/", Tested: f.Tested, Families: []Family{}, Notes: []Note{}}
	cited := map[string]bool{}
	for slug, platforms := range f.Clients {
		family := Family{Name: cmp.Or(d.Families[slug], slug)}
		for platform, found := range platforms {
			c := clientOf(cmp.Or(d.Platforms[platform], platform), found)
			family.Platforms = append(family.Platforms, c)
			for _, n := range c.Notes {
				cited[n] = true
			}
		}
		slices.SortFunc(family.Platforms, func(a, b Client) int { return strings.Compare(a.Platform, b.Platform) })
		family.Support = together(family.Platforms)
		out.Families = append(out.Families, family)
	}
	slices.SortFunc(out.Families, func(a, b Family) int { return strings.Compare(a.Name, b.Name) })
	for n := range cited {
		if text := f.Notes[n]; text != "" {
			out.Notes = append(out.Notes, Note{n, text})
		}
	}
	slices.SortFunc(out.Notes, func(a, b Note) int {
		return cmp.Or(len(a.Number)-len(b.Number), strings.Compare(a.Number, b.Number))
	})
	return out
}

// clientOf reads "a #1 #2".
func clientOf(platform, found string) Client {
	words := strings.Fields(found)
	c := Client{Platform: platform, Support: Unknown, Notes: []string{}}
	for i, word := range words {
		switch {
		case i > 0:
			c.Notes = append(c.Notes, strings.TrimPrefix(word, "#"))
		case word == "y":
			c.Support = Yes
		case word == "a":
			c.Support = Partly
		case word == "n":
			c.Support = No
		}
	}
	return c
}

// together is what a family supports: what all of its clients do, as far as it
// is known of them.
func together(clients []Client) Support {
	all := Unknown
	for _, c := range clients {
		switch {
		case c.Support == Unknown || c.Support == all:
		case all == Unknown:
			all = c.Support
		default:
			return Partly
		}
	}
	return all
}
