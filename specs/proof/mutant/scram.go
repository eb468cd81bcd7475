package mutant

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"strconv"
	"strings"
)

// scramSignature returns what the server of the SCRAM exchange at hand would
// have sent as v=, RFC 5802 §3. What cannot be computed is "".
func scramSignature(d *Dialogue) string {
	var said []string // client-first, server-first, client-final
	newHash := func() hash.Hash { return sha1.New() }
	for _, line := range d.Lines() {
		if strings.Contains(line, "AUTH SCRAM-SHA-256") {
			newHash = func() hash.Hash { return sha256.New() }
		}
		if text := decoded(line); strings.Contains(text, "r=") {
			said = append(said, text)
		}
	}
	if len(said) < 3 {
		return ""
	}
	first, _ := strings.CutPrefix(said[0], "n,,")
	final, _, _ := strings.Cut(said[2], ",p=")
	_, rest, _ := strings.Cut(said[1], ",s=")
	saltText, count, _ := strings.Cut(rest, ",i=")
	salt, _ := base64.StdEncoding.DecodeString(saltText)
	n, _ := strconv.Atoi(count)
	salted, err := pbkdf2.Key(newHash, d.Job().Pass, salt, n, newHash().Size())
	if err != nil {
		return ""
	}
	mac := func(key []byte, text string) []byte {
		m := hmac.New(newHash, key)
		m.Write([]byte(text))
		return m.Sum(nil)
	}
	return base64.StdEncoding.EncodeToString(mac(mac(salted, "Server Key"), first+","+said[1]+","+final))
}
