// stamp.go records how texts were made: new ones as drafts, those that a person has read as reviewed.

package locales

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Stamped counts what a stamp found.
type Stamped struct {
	New     int // not recorded before
	Changed int // recorded, and written anew since
	Kept    int
	Gone    int // recorded, and no longer in the language
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Stamp is made/LANG.yaml as it is to be: texts that are new or were changed are drafts of today's original, as are those of
// again, which were compared with it anew; all others stay as they are, a review included. Lists for the machine are not recorded
// unless they are named in again. back is the day on which all texts that are not stale, or those of again, were translated back
// by an independent reader; "" for no such day.
func (c *Catalogue) Stamp(code, back string, again []string) ([]byte, Stamped, error) {
	var n Stamped
	l, err := c.translation(code)
	if err != nil {
		return nil, n, err
	}
	if back != "" && !isDay(back) {
		return nil, n, fmt.Errorf("%q is no day (2026-11-22)", back)
	}
	if again, err = l.expand(again); err != nil {
		return nil, n, err
	}
	src := c.byCode[Source]
	made := map[string]Made{}
	for id := range l.messages {
		record, recorded := l.made[id]
		of, named := src.Fingerprint(id), slices.Contains(again, id)
		if of == "" || !recorded && !named && IsList(id) {
			continue
		}
		is := l.Fingerprint(id)
		switch {
		case !recorded:
			n.New++
			record = Made{Of: of, Is: is}
		case record.Is != is:
			n.Changed++
			record = Made{Of: of, Is: is}
		case named && record.Of != of:
			n.Changed++
			record = Made{Of: of, Is: is}
		default:
			n.Kept++
		}
		if back != "" && record.Of == of && (named || len(again) == 0) {
			record.Back = back
		}
		made[id] = record
	}
	for id := range l.made {
		if !l.Has(id) {
			n.Gone++
		}
	}
	return writeMade(made), n, nil
}

// Review is made/LANG.yaml as it is to be when a person has read some texts beside today's originals and found them right. A key
// that ends in * names all that begin so, lists for the machine excepted.
func (c *Catalogue) Review(code string, keys []string, by, on string) ([]byte, int, error) {
	l, err := c.translation(code)
	if err != nil {
		return nil, 0, err
	}
	ids, err := l.expand(keys)
	if err != nil {
		return nil, 0, err
	}
	made := maps.Clone(l.made)
	if made == nil {
		made = map[string]Made{}
	}
	src := c.byCode[Source]
	for _, id := range ids {
		record := Made{Of: src.Fingerprint(id), Is: l.Fingerprint(id), Reviewed: true, By: by, On: on}
		if record.Of == "" {
			return nil, 0, fmt.Errorf("%w %s has no original", ErrMessage, id)
		}
		if was := made[id]; was.Is == record.Is && was.Of == record.Of {
			record.Back = was.Back
		}
		if err := record.check(); err != nil {
			return nil, 0, err
		}
		made[id] = record
	}
	return writeMade(made), len(ids), nil
}

func (c *Catalogue) translation(code string) (*Language, error) {
	l := c.byCode[code]
	if l == nil || code == Source {
		var codes []string
		for _, l := range c.order {
			if l.Code != Source {
				codes = append(codes, l.Code)
			}
		}
		slices.Sort(codes)
		return nil, fmt.Errorf("no translation %q; there are %s", code, strings.Join(codes, ", "))
	}
	return l, nil
}

// expand lists the messages that keys name, sorted.
func (l *Language) expand(keys []string) ([]string, error) {
	found := map[string]bool{}
	for _, key := range keys {
		prefix, open := strings.CutSuffix(key, "*")
		any := false
		for id := range l.messages {
			if id == key || open && strings.HasPrefix(id, prefix) && !IsList(id) {
				found[id], any = true, true
			}
		}
		if !any {
			return nil, fmt.Errorf("%w %s is not in %s", ErrMessage, key, l.File)
		}
	}
	return sortedKeys(found), nil
}
