// posada locales export and import: the way to translators and back.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"posada/flows"
	"posada/locales"
	"posada/locales/po"
)

type localesExportCmd struct {
	treeFlags
	Lang string `arg:"" help:"The language (es)."`
	Out  string `short:"o" help:"The file to write; without it the text is printed." placeholder:"FILE"`
}

func (c *localesExportCmd) Run(std streams) error {
	all, err := c.load()
	if err != nil {
		return err
	}
	b, err := flows.Embedded(all)
	if err != nil {
		return fmt.Errorf("load book: %w", err)
	}
	f, err := all.Export(c.Lang, b.TextLimits)
	if err != nil {
		return err
	}
	if c.Out != "" {
		return replaceFile(c.Out, f.Bytes())
	}
	_, err = std.out.Write(f.Bytes())
	return err
}

type localesImportCmd struct {
	treeFlags
	File string `arg:"" help:"The PO file; its header names the language." type:"existingfile"`
	By   string `help:"Who reviewed the texts that are not fuzzy any more and name nobody; else the header's Last-Translator." placeholder:"NAME"`
	On   string `help:"The day they did (2026-11-22); with --by, today when not given." placeholder:"DATE"`
}

func (c *localesImportCmd) Run(std streams) error {
	now := time.Now()
	all, err := c.load()
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read translations: %w", err)
	}
	f, err := po.Read(raw)
	if err != nil {
		return fmt.Errorf("%s:%w", c.File, err)
	}
	today := now.UTC().Format(time.DateOnly)
	in, err := all.Import(os.DirFS(c.Dir), f, c.By, cmp.Or(c.On, today), today)
	if err != nil {
		return c.refused(std, err)
	}
	if err := c.check(std, now, all, in); err != nil {
		return err
	}
	// The texts first: texts without their record are drafts, a record without its text is nothing.
	if err := replaceFile(filepath.Join(c.Dir, in.Lang+".yaml"), in.YAML); err != nil {
		return err
	}
	if in.Made != nil {
		if err := c.writeMade(in.Lang, in.Made); err != nil {
			return err
		}
	}
	fmt.Fprintf(std.out, "%s: %d texts changed, %d recorded anew\n", in.Lang, in.Texts, in.Records)
	return nil
}

// refused prints faults with the name of the file.
func (c *localesImportCmd) refused(std streams, err error) error {
	var fault *po.Error
	if !errors.As(err, &fault) {
		return err
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		fmt.Fprintf(std.err, "%s:%s\n", c.File, line)
	}
	fmt.Fprintln(std.err, "posada: nothing was taken")
	return errSilent
}

// check holds the book with the new texts to account, and refuses what it did not find with the old ones.
func (c *localesImportCmd) check(std streams, now time.Time, all *locales.Catalogue, in *locales.Imported) error {
	if in.Texts == 0 {
		return nil
	}
	was, err := flows.Embedded(all)
	if err != nil {
		return fmt.Errorf("load book: %w", err)
	}
	b, err := flows.Embedded(in.Catalogue)
	if err != nil {
		return fmt.Errorf("load book with these texts: %w", err)
	}
	known := map[string]bool{}
	for _, f := range was.Check(was.On(now)) {
		known[f.File+f.Text] = true
	}
	l := in.Catalogue.Language(in.Lang)
	lines := map[int]int{} // of the language's file → of the PO file
	for id, line := range in.Lines {
		if l.Has(id) {
			lines[l.Line(id)] = line
		}
	}
	found := 0
	for _, f := range b.Check(b.On(now)) {
		if f.Warning || known[f.File+f.Text] {
			continue
		}
		found++
		if line := lines[f.Line]; f.File == "locales/"+l.File && line > 0 {
			fmt.Fprintf(std.err, "%s:%d: %s\n", c.File, line, f.Text)
		} else {
			fmt.Fprintln(std.err, f)
		}
	}
	if found > 0 {
		fmt.Fprintln(std.err, "posada: nothing was taken")
		return errSilent
	}
	return nil
}
