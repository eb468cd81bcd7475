//go:build race

package message

// scale divides the size of floods: the race detector makes everything slower
// by about that, and looks for something else. make check runs them in full.
const scale = 10
