package api

// Route is one method of one path.
type Route struct{ Method, Path, Params string }

// Routes returns what the mux has.
func Routes(a *API) []Route {
	var all []Route
	for _, rt := range a.routes() {
		all = append(all, Route{rt.method, rt.path, rt.params})
	}
	return all
}

// ParseListCursor and its like are what tests look at from inside.
var (
	ParseListCursor = func(s string) (int64, error) { return parseCursor(inList, s) }
	NewListCursor   = func(seq int64) string { return newCursor(inList, seq) }
	NewOrderCursor  = func(seq int64) string { return newCursor(inOrder, seq) }
	Disposition     = disposition
	DecodeDeletion  = func(b []byte) (ids, q, all bool, err error) {
		var d selected
		err = decodeObject(b, &d)
		return d.IDs != nil, d.Q != nil, d.All != nil, err
	}
)

// OpenWaits and OpenStreams count what is open.
func OpenWaits(a *API) int   { return len(a.waits) }
func OpenStreams(a *API) int { return len(a.streams) }
