//go:build !race

package message

const scale = 1
