// Package dkim verifies DKIM signatures, RFC 6376 with the algorithms of RFC
// 8301 and RFC 8463: rsa-sha256 and ed25519-sha256.
//
// It asks no DNS. Whoever verifies has the key, as the text of its record or as
// PEM.
package dkim
