package store

import "slices"

// TagCount is a tag, with how many messages have it.
type TagCount struct {
	Tag      string
	Messages int
}

// SortTags brings tags into the order that Store.Tags returns them in.
func SortTags(tags []TagCount) {
	slices.SortFunc(tags, func(a, b TagCount) int { return compareTags(a.Tag, b.Tag) })
}
