// posada locales: how each text was made, and the care for it in a folder of languages.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"posada/locales"
)

type localesCmd struct {
	Status localesStatusCmd `cmd:"" help:"Tell how the texts of each language were made: draft, reviewed, stale, missing, translated back."`
	Stamp  localesStampCmd  `cmd:"" help:"Record texts that are new or were changed as drafts of today's English; reviewed ones that nobody touched stay reviewed."`
	Review localesReviewCmd `cmd:"" help:"Record that a person has read texts beside today's English and found them right."`
	Export localesExportCmd `cmd:"" help:"Write a language as a PO file, for Weblate, Poedit or OmegaT."`
	Import localesImportCmd `cmd:"" help:"Take a PO file back. What breaks a placeholder, a plural or a limit is refused by line, and then nothing is taken."`
}

// treeFlags name the folder of languages that is worked on.
type treeFlags struct {
	Dir string `default:"locales" help:"The folder of languages to work on." placeholder:"DIR" type:"existingdir"`
}

// load reads the languages of the folder, and what is recorded of them.
func (f *treeFlags) load() (*locales.Catalogue, error) {
	c, err := locales.Load(os.DirFS(f.Dir))
	if err != nil {
		return nil, fmt.Errorf("load languages from %s: %w", f.Dir, err)
	}
	return c, nil
}

// writeMade replaces the record of how a language's texts were made.
func (f *treeFlags) writeMade(lang string, made []byte) error {
	return replaceFile(filepath.Join(f.Dir, "made", lang+".yaml"), made)
}

// replaceFile writes a file beside the old one and then takes its place: whatever happens, one of the two is there whole. A file that
// would stay the same is not touched.
func replaceFile(path string, data []byte) error {
	if was, err := os.ReadFile(path); err == nil && string(was) == string(data) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make the folder of %s: %w", path, err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".posada-*")
	if err != nil {
		return fmt.Errorf("write beside %s: %w", path, err)
	}
	_, err = tmp.Write(data)
	err = cmp.Or(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(tmp.Name()))
	}
	return nil
}

type localesStatusCmd struct {
	Dir  string `help:"A folder of languages; without it those of this program." placeholder:"DIR" type:"existingdir"`
	Lang string `help:"List what is stale, missing or not stamped in this language, by key." placeholder:"LANG"`
}

func (c *localesStatusCmd) Run(std streams) error {
	all, err := locales.Embedded()
	dir := "locales"
	if c.Dir != "" {
		dir = c.Dir
		all, err = (&treeFlags{c.Dir}).load()
	}
	if err != nil {
		return err
	}
	if c.Lang != "" {
		return c.list(std.out, all, dir)
	}
	w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "language\tmessages\tdraft\treviewed\tstale\tmissing\tback-translated\tnot stamped\t")
	for _, l := range byCode(all) {
		n := all.Tally(l.Code)
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", l.Code, n.Messages, n.Draft, n.Reviewed, n.Stale, n.Missing, n.Back, n.Unstamped)
	}
	return w.Flush()
}

// byCode lists the languages beside the source.
func byCode(all *locales.Catalogue) []*locales.Language {
	out := slices.DeleteFunc(slices.Clone(all.Languages()), func(l *locales.Language) bool { return l.Code == locales.Source })
	slices.SortFunc(out, func(a, b *locales.Language) int { return strings.Compare(a.Code, b.Code) })
	return out
}

func (c *localesStatusCmd) list(out io.Writer, all *locales.Catalogue, dir string) error {
	l, src := all.Language(c.Lang), all.Language(locales.Source)
	if l == nil || l == src {
		return fmt.Errorf("no translation %q", c.Lang)
	}
	for _, id := range src.IDs() {
		switch made, recorded := l.Made(id); {
		case locales.IsList(id):
		case !l.Has(id):
			fmt.Fprintf(out, "%s:%d: missing: %s\n", filepath.Join(dir, src.File), src.Line(id), id)
		case l.State(id) == locales.Stale:
			fmt.Fprintf(out, "%s:%d: stale: %s\n", filepath.Join(dir, l.File), l.Line(id), id)
		case !recorded || made.Is != l.Fingerprint(id):
			fmt.Fprintf(out, "%s:%d: not stamped: %s\n", filepath.Join(dir, l.File), l.Line(id), id)
		}
	}
	return nil
}

type localesStampCmd struct {
	treeFlags
	Lang []string `arg:"" help:"The languages to stamp (es); all for every one."`
	Back string   `help:"The day (2026-11-22) on which an independent reader translated the texts back and compared them." placeholder:"DATE"`
	Key  []string `help:"Only for these messages, which were compared with today's English anew: stale ones become drafts of it. rule.* names all that begin so." placeholder:"KEY"`
}

func (c *localesStampCmd) Run(std streams) error {
	all, err := c.load()
	if err != nil {
		return err
	}
	langs := c.Lang
	if slices.Equal(langs, []string{"all"}) {
		langs = nil
		for _, l := range byCode(all) {
			langs = append(langs, l.Code)
		}
	}
	for _, lang := range langs {
		made, n, err := all.Stamp(lang, c.Back, c.Key)
		if err != nil {
			return err
		}
		if err := c.writeMade(lang, made); err != nil {
			return err
		}
		fmt.Fprintf(std.out, "%s: %d new, %d changed, %d kept, %d gone\n", lang, n.New, n.Changed, n.Kept, n.Gone)
	}
	return nil
}

type localesReviewCmd struct {
	treeFlags
	Lang string   `arg:"" help:"The language (es)."`
	Key  []string `arg:"" help:"The messages that were read. rule.* names all that begin so."`
	By   string   `required:"" help:"The name of who read them. The files are public: a name, no address." placeholder:"NAME"`
	On   string   `help:"The day they did (2026-11-22); today when not given." placeholder:"DATE"`
}

func (c *localesReviewCmd) Run(std streams) error {
	all, err := c.load()
	if err != nil {
		return err
	}
	made, n, err := all.Review(c.Lang, c.Key, c.By, cmp.Or(c.On, time.Now().UTC().Format(time.DateOnly)))
	if err != nil {
		return err
	}
	if err := c.writeMade(c.Lang, made); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s: %d reviewed by %s\n", c.Lang, n, c.By)
	return nil
}
