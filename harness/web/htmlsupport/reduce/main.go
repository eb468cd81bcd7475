// Command reduce makes features.json.gz of the npm package caniemail, which
// "npm pack caniemail@2.0.2" gets: go run ./reduce caniemail-2.0.2.tgz
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"slices"
	"strings"
)

// The package that the data is from.
const (
	version  = "2.0.2"
	checksum = "499791954c5ea4e067edc85a942b02fd1688208d4b899c483fb6d1a28eddd039" // SHA-256 of its tarball
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("reduce TARBALL")
	}
	if err := reduce(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func reduce(path string) error {
	tarball, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		log.Printf("%s is not here: the data stays as it is", path)
		return nil
	}
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(tarball); hex.EncodeToString(sum[:]) != checksum {
		return fmt.Errorf("%s is not caniemail %s: its SHA-256 is %x", path, version, sum)
	}
	text, err := member(tarball, "package/data/caniemail.json")
	if err != nil {
		return err
	}
	out, err := reduced(text)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	z.Write(out)
	z.Close()
	return os.WriteFile("features.json.gz", packed.Bytes(), 0o644)
}

func member(tarball []byte, name string) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(tarball))
	if err != nil {
		return nil, err
	}
	for files := tar.NewReader(z); ; {
		h, err := files.Next()
		if err != nil {
			return nil, err
		}
		if h.Name == name {
			return io.ReadAll(files)
		}
	}
}

// whole is the part of the data that is looked at.
type whole struct {
	Date  string `json:"last_update_date"`
	Names struct {
		Family   map[string]string `json:"family"`
		Platform map[string]string `json:"platform"`
	} `json:"nicenames"`
	Features []struct {
		Slug, Title, Category, URL string
		Tested                     string                         `json:"last_test_date"`
		Stats                      map[string]map[string]versions `json:"stats"`
		Notes                      map[string]string              `json:"notes_by_num"`
	} `json:"data"`
}

// versions is what was found in one client. The last version counts.
type versions string

func (v *versions) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if s, ok := t.(string); ok {
			*v = versions(s) // keys and values alternate, and a value is last
		}
	}
}

// feature is what is kept of one.
type feature struct {
	Slug    string                       `json:"slug"`
	Title   string                       `json:"title"`
	Tested  string                       `json:"tested"`
	Uses    []string                     `json:"uses"`
	Clients map[string]map[string]string `json:"clients"`
	Notes   map[string]string            `json:"notes,omitempty"`
}

func reduced(text []byte) ([]byte, error) {
	var all whole
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	out := struct {
		Version   string            `json:"version"`
		Date      string            `json:"date"`
		Families  map[string]string `json:"families"`
		Platforms map[string]string `json:"platforms"`
		Features  []feature         `json:"features"`
	}{Version: version, Date: strings.Fields(all.Date)[0], Families: all.Names.Family, Platforms: all.Names.Platform}
	var unknown []string
	for _, f := range all.Features {
		uses := usesOf(f.Slug, f.Title)
		if uses == nil {
			unknown = append(unknown, f.Slug)
			continue
		}
		kept := feature{Slug: f.Slug, Title: strings.TrimSpace(f.Title), Tested: f.Tested, Uses: uses, Clients: map[string]map[string]string{}, Notes: f.Notes}
		for family, platforms := range f.Stats {
			kept.Clients[family] = map[string]string{}
			for platform, found := range platforms {
				kept.Clients[family][platform] = string(found)
			}
		}
		out.Features = append(out.Features, kept)
	}
	log.Printf("%d features; these are not looked for: %s", len(out.Features), strings.Join(unknown, " "))
	slices.SortFunc(out.Features, func(a, b feature) int { return strings.Compare(a.Slug, b.Slug) })
	return json.Marshal(out)
}
