package store

import (
	"cmp"
	"slices"
	"strings"
)

// Change is what is to become of messages. nil leaves a thing as it is.
type Change struct {
	Read, Pinned *bool
	Tags         *[]string // all tags, in place of those there are
	Tag, Untag   []string  // to add and then to remove, behind Tags
}

// Apply changes the state of a message. The list of tags is made anew, never
// changed in place.
func (c Change) Apply(e *Entry) {
	if c.Read != nil {
		e.Read = *c.Read
	}
	if c.Pinned != nil {
		e.Pinned = *c.Pinned
	}
	e.Tags = c.TagsOf(e.Tags)
}

// TagsOf returns what becomes of a list of tags: without blanks around them,
// without empty ones, the first spelling of doubles, in the order of their
// lower-case names. nil for none.
func (c Change) TagsOf(tags []string) []string {
	if c.Tags != nil {
		tags = *c.Tags
	}
	var all []string
	for _, tag := range slices.Concat(tags, c.Tag) {
		if tag = strings.TrimSpace(tag); tag != "" && !hasTag(all, tag) && !hasTag(c.Untag, tag) {
			all = append(all, tag)
		}
	}
	slices.SortFunc(all, compareTags)
	return all
}

func compareTags(a, b string) int {
	return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
}

func hasTag(tags []string, tag string) bool {
	return slices.ContainsFunc(tags, func(t string) bool { return strings.EqualFold(strings.TrimSpace(t), tag) })
}
