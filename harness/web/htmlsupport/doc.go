// Package htmlsupport says which mail clients show the HTML and CSS of a message
// as it is meant.
//
// What clients support is what caniemail.com found in them, as of the npm
// package caniemail, under the MIT license, in LICENSE.caniemail. It is reduced
// to what is needed here, and kept in features.json.gz; a new version of it is
// made so, after its checksum was written into reduce/main.go:
//
//	npm pack caniemail@2.0.2
//	go generate ./harness/web/htmlsupport
//
// Only what stands in the HTML is looked at: not whether it is used there, and
// nothing that it refers to. Time and memory grow with the length of the HTML
// and with nothing else.
package htmlsupport

//go:generate go run ./reduce caniemail-2.0.2.tgz
