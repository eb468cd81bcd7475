package message

import (
	"strings"
	"testing"
)

func TestCode(t *testing.T) {
	for _, c := range []struct{ subject, text, want string }{
		{"", "Your verification code is 482913.", "482913"},
		{"", "482913 is your login code. It expires in 10 minutes.", "482913"},
		{"", "Таны нэг удаагийн код: 4829", "4829"},
		{"Баталгаажуулах код", "Сайн байна уу?\n\n   771204\n\nБаярлалаа.", "771204"},
		{"482913 is your code", "Welcome", "482913"},
		{"", "Enter this code:\n\n123 456\n\nOrder 99887", "123456"},
		{"", "Your OTP: 123-456", "123456"},
		{"", "G-482913 is your verification code", "482913"},
		{"", "Your code: A1B2C3", "A1B2C3"},
		{"", "Your code is ABCD-1234", "ABCD-1234"},
		{"", "Код\n4 8 2 9 1 3\n", "482913"},
		{"", "Your code is 2024", "2024"},
		{"", "Your code is 482913.\nOrder #12345, total 25000, tel 77001234. © 2026", "482913"},
		{"", "code: 482913\nAgain, the code: 482913", "482913"},
		{"Нууц үг сэргээх", "Сэргээх код 5 минут хүчинтэй.\nКод: <b>5521</b>", ""},
	} {
		p := Parse([]byte("Subject: " + c.subject + "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + c.text))
		got, err := p.Code()
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s / %s\n got %q, %v", c.subject, c.text, got, err)
		}
	}
}

func TestCodeInHTML(t *testing.T) {
	raw := "Subject: Login\r\nContent-Type: text/html\r\n\r\n<p>Your code</p><table><tr><td><b>48</b><b>29</b></td></tr></table><p>Dorj, 1 Peace Avenue 14200</p>"
	if got, err := Parse([]byte(raw)).Code(); got != "4829" || err != nil {
		t.Error(got, err)
	}
}

func TestNoCode(t *testing.T) {
	for text, want := range map[string]string{
		"Order 482913 left the house.":         "no one-time code",
		"":                                     "no one-time code",
		"The code of conduct is long.":         "no one-time code",
		"Your code: 111111\nYour code: 222222": `several things look like the one-time code: "111111", "222222"`,
		strings.Repeat("code: 1234\ncode: 5678 \x1b[31m\n", 9): `several things look like the one-time code: "1234", "5678"`,
	} {
		if got, err := Parse([]byte("Subject: x\r\n\r\n" + text)).Code(); got != "" || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
