package htmlsupport

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"sync"
)

//go:embed features.json.gz
var packed []byte

// data is what is known of clients.
type data struct {
	Version   string            `json:"version"` // of the npm package
	Date      string            `json:"date"`    // of the data, "2026-05-13"
	Families  map[string]string `json:"families"`
	Platforms map[string]string `json:"platforms"`
	Features  []feature         `json:"features"`

	by map[string][]int // features by what of HTML is one
}

// feature is one thing that HTML may use.
type feature struct {
	Slug    string                       `json:"slug"`
	Title   string                       `json:"title"`
	Tested  string                       `json:"tested"`
	Uses    []string                     `json:"uses"`    // what of HTML it is, see scan
	Clients map[string]map[string]string `json:"clients"` // "y", "a #1 #2", "n" or "u", by family and platform
	Notes   map[string]string            `json:"notes"`   // by number
}

// known reads the data on the first look: programs that judge no HTML have no
// time and no memory of it.
var known = sync.OnceValue(func() *data {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("htmlsupport: " + err.Error()) // it is part of the program
	}
	d := &data{by: map[string][]int{}}
	if err := json.NewDecoder(z).Decode(d); err != nil {
		panic("htmlsupport: " + err.Error())
	}
	for i, f := range d.Features {
		for _, use := range f.Uses {
			d.by[use] = append(d.by[use], i)
		}
	}
	return d
})
