package store

import (
	"context"
	"slices"
	"strings"
)

// Tags returns the tags there are.
func (s *Memory) Tags(ctx context.Context, run string) ([]TagCount, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	all := s.messages.snapshot()
	s.mu.Unlock()
	var tags []TagCount
	for k := range inOrder(all, false) {
		if e := k.entry.Load(); e != nil && (run == "" || e.Run == run) {
			tags = counted(tags, e.Tags)
		}
	}
	SortTags(tags)
	return tags, nil
}

// counted adds the tags of one message.
func counted(tags []TagCount, more []string) []TagCount {
	for _, tag := range more {
		i := slices.IndexFunc(tags, func(t TagCount) bool { return strings.EqualFold(t.Tag, tag) })
		if i < 0 {
			i, tags = len(tags), append(tags, TagCount{Tag: tag})
		}
		tags[i].Messages++
	}
	return tags
}
