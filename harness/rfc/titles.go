package rfc

// document is what the index of RFCs says of one.
type document struct {
	title       string
	obsoletedBy string // "RFC 9325", "" while none replaces it
}

// The titles are those of the RFC index.
var documents = map[int]document{
	1652: {"SMTP Service Extension for 8bit-MIMEtransport", "RFC 6152"},
	1870: {"SMTP Service Extension for Message Size Declaration", ""},
	2033: {"Local Mail Transfer Protocol", ""},
	2034: {"SMTP Service Extension for Returning Enhanced Error Codes", ""},
	2045: {"Multipurpose Internet Mail Extensions (MIME) Part One: Format of Internet Message Bodies", ""},
	2046: {"Multipurpose Internet Mail Extensions (MIME) Part Two: Media Types", ""},
	2047: {"MIME (Multipurpose Internet Mail Extensions) Part Three: Message Header Extensions for Non-ASCII Text", ""},
	2183: {"Communicating Presentation Information in Internet Messages: The Content-Disposition Header Field", ""},
	2195: {"IMAP/POP AUTHorize Extension for Simple Challenge/Response", ""},
	2231: {"MIME Parameter Value and Encoded Word Extensions: Character Sets, Languages, and Continuations", ""},
	2920: {"SMTP Service Extension for Command Pipelining", ""},
	3030: {"SMTP Service Extensions for Transmission of Large and Binary MIME Messages", ""},
	3207: {"SMTP Service Extension for Secure SMTP over Transport Layer Security", ""},
	3461: {"Simple Mail Transfer Protocol (SMTP) Service Extension for Delivery Status Notifications (DSNs)", ""},
	3463: {"Enhanced Mail System Status Codes", ""},
	4422: {"Simple Authentication and Security Layer (SASL)", ""},
	4616: {"The PLAIN Simple Authentication and Security Layer (SASL) Mechanism", ""},
	4954: {"SMTP Service Extension for Authentication", ""},
	5280: {"Internet X.509 Public Key Infrastructure Certificate and Certificate Revocation List (CRL) Profile", ""},
	5321: {"Simple Mail Transfer Protocol", ""},
	5322: {"Internet Message Format", ""},
	5802: {"Salted Challenge Response Authentication Mechanism (SCRAM) SASL and GSS-API Mechanisms", ""},
	5890: {"Internationalized Domain Names for Applications (IDNA): Definitions and Document Framework", ""},
	6066: {"Transport Layer Security (TLS) Extensions: Extension Definitions", ""},
	6125: {"Representation and Verification of Domain-Based Application Service Identity within Internet Public Key Infrastructure Using X.509 (PKIX) Certificates in the Context of Transport Layer Security (TLS)", "RFC 9525"},
	6152: {"SMTP Service Extension for 8-bit MIME Transport", ""},
	6531: {"SMTP Extension for Internationalized Email", ""},
	6532: {"Internationalized Email Headers", ""},
	7435: {"Opportunistic Security: Some Protection Most of the Time", ""},
	7504: {"SMTP 521 and 556 Reply Codes", ""},
	7525: {"Recommendations for Secure Use of Transport Layer Security (TLS) and Datagram Transport Layer Security (DTLS)", "RFC 9325"},
	7628: {"A Set of Simple Authentication and Security Layer (SASL) Mechanisms for OAuth", ""},
	7817: {"Updated Transport Layer Security (TLS) Server Identity Check Procedure for Email-Related Protocols", ""},
	8314: {"Cleartext Considered Obsolete: Use of Transport Layer Security (TLS) for Email Submission and Access", ""},
	8446: {"The Transport Layer Security (TLS) Protocol Version 1.3", ""},
	8689: {"SMTP Require TLS Option", ""},
	8996: {"Deprecating TLS 1.0 and TLS 1.1", ""},
	8997: {"Deprecation of TLS 1.1 for Email Submission and Access", ""},
	9325: {"Recommendations for Secure Use of Transport Layer Security (TLS) and Datagram Transport Layer Security (DTLS)", ""},
	9422: {"The LIMITS SMTP Service Extension", ""},
	9525: {"Service Identity in TLS", ""},
}

// Title returns the title of an RFC that the catalogue cites, with what
// obsoletes it where something does: "… (obsoleted by RFC 9525)". It is "" for
// any other number.
func Title(rfc int) string {
	d := documents[rfc]
	if d.obsoletedBy == "" {
		return d.title
	}
	return d.title + " (obsoleted by " + d.obsoletedBy + ")"
}
