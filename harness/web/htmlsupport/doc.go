// Package htmlsupport says which mail clients show the HTML and CSS of a message
// as it is meant.
//
// What clients support is what caniemail.com found in them, as of the npm
// package caniemail, under the MIT license, in LICENSE.caniemail. It is reduced
// to what is needed here, and kept in features.json.gz. Where the tarball of the
// package is in this folder, go generate makes it again, and refuses any other
// than that whose checksum is in reduce/main.go:
//
//	npm pack caniemail@2.0.2
//	go generate
//
// Only what stands in the HTML is looked at: not whether it is used there, and
// nothing that it refers to. Time and memory grow with the length of the HTML
// and with nothing else.
package htmlsupport

//go:generate go run ./reduce caniemail-2.0.2.tgz
