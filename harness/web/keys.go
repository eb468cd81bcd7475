package web

// keyGroup is a table of the help for the keyboard.
type keyGroup struct {
	Name string // of its text: "keys.NAME"
	Keys []keyDoes
}

// keyDoes is what a key does. The scripts of the page have the actions, by
// name; its text is "do.NAME".
type keyDoes struct {
	Name string
	Keys []string // to be pressed one behind the other
}

var keyGroups = []keyGroup{
	{"moving", []keyDoes{
		{"next", []string{"j"}}, {"previous", []string{"k"}}, {"open", []string{"Enter"}}, {"back", []string{"Esc"}}, {"search", []string{"/"}},
	}},
	{"selecting", []keyDoes{
		{"select", []string{"x"}}, {"range", []string{"Shift", "x"}}, {"all", []string{"a"}},
	}},
	{"changing", []keyDoes{
		{"read", []string{"r"}}, {"unread", []string{"u"}}, {"pin", []string{"p"}}, {"tag", []string{"t"}}, {"delete", []string{"#"}}, {"undo", []string{"z"}},
	}},
	{"going", []keyDoes{
		{"inbox", []string{"g", "i"}}, {"sessions", []string{"g", "s"}}, {"faults", []string{"g", "f"}},
		{"palette", []string{"Ctrl", "K"}}, {"help", []string{"?"}},
	}},
}
