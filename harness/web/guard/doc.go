// Package guard stands before everything that the daemon serves over HTTP: one
// place decides who may ask, how much, and what every answer carries.
//
// In this order a request is asked for the name that it was sent to (against
// DNS rebinding), the page that it comes from, its length and its path, and who
// sends it. What does not pass is answered with a problem document, RFC 9457.
//
// Whoever asks may be the author of a mail, a page open in the developer's
// browser, or somebody in the same network.
package guard
