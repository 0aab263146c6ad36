// PO files, read and written: what gettext's own tools take, and what is refused.
package po

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const sample = `# Translators of Posada
msgid ""
msgstr ""
"Language: ru\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n<5 ? 1 : 2);\n"

# reviewed: Ana, 2026-11-22
#
#. care: high
#: locales/en.yaml:12
#, fuzzy, no-wrap
msgctxt "ui.yes"
msgid "Yes \"a\" \\n"
msgstr ""
"Да \"b\"\n"
"\t\\конец"

msgctxt "ui.days"
msgid "{{.n}} day"
msgid_plural "{{.n}} days"
msgstr[0] "день"
msgstr[1] "дня"
msgstr[2] "дней"

msgctxt "ui.no"
msgid "No"
msgstr ""
`

func TestAFileIsReadAsItWasWritten(t *testing.T) {
	f, err := Read([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if string(f.Bytes()) != sample {
		t.Errorf("it is written\n%s", f.Bytes())
	}
	e := f.Entries[0]
	if e.Line != 13 || !e.Fuzzy() || e.ID != `Yes "a" \n` || e.Str[0] != "Да \"b\"\n\t\\конец" || e.Comments[0] != "reviewed: Ana, 2026-11-22" || e.References[0] != "locales/en.yaml:12" {
		t.Errorf("%+v", e)
	}
	if f.Get("language") != "ru" || f.Get("none") != "" || f.Comments[0] != "Translators of Posada" || len(f.Entries[1].Str) != 3 || f.Entries[2].Fuzzy() {
		t.Errorf("%+v", f)
	}
}

func TestOtherToolsWriteItOtherwise(t *testing.T) {
	f, err := Read([]byte("\ufeffmsgid \"\"\r\nmsgstr \"Language: es\\n\"\r\n#| msgid \"Old\"\r\n#,fuzzy\r\nmsgctxt\t\"a\"\r\nmsgid \"O\" \"ne\"\r\n  \" two\"\r\nmsgstr\"Uno\"\r\nmsgid \"b\"\r\nmsgstr \"c\"\r\n#~ msgid \"gone\"\r\n#~ msgstr \"ido\"\r\n# the end\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Entries) != 2 || f.Entries[0].ID != "One two" || !f.Entries[0].Fuzzy() || f.Entries[0].Str[0] != "Uno" || f.Entries[1].ID != "b" || f.Entries[1].Line != 9 {
		t.Errorf("%+v", f)
	}
}

func TestAFaultIsNamedWithItsLine(t *testing.T) {
	head := "msgid \"\"\nmsgstr \"Language: es\\n\"\n\n"
	for name, c := range map[string]struct {
		text string
		line int
	}{
		"nothing":                 {"", 1},
		"no header":               {"msgid \"a\"\nmsgstr \"b\"\n", 1},
		"header last":             {"msgid \"a\"\nmsgstr \"b\"\n" + head, 1},
		"not closed":              {head + "msgid \"a\nmsgstr \"b\"\n", 4},
		"not closed after escape": {head + "msgid \"a\\\nmsgstr \"b\"\n", 4},
		"unknown escape":          {head + "msgid \"a\\q\"\nmsgstr \"b\"\n", 4},
		"a word":                  {head + "hello\n", 4},
		"another keyword":         {head + "domain \"x\"\n", 4},
		"a string alone":          {"\"x\"\n", 1},
		"after a string":          {head + "msgid \"a\" b\n", 4},
		"no msgstr":               {head + "msgid \"a\"\n\n# c\nmsgid \"b\"\n", 6},
		"no msgstr at the end":    {head + "msgid \"a\"\n", 4},
		"no msgid":                {head + "msgctxt \"a\"\nmsgstr \"b\"\n", 5},
		"msgid twice":             {head + "msgid \"a\"\nmsgid \"b\"\nmsgstr \"c\"\n", 5},
		"msgstr twice":            {head + "msgid \"a\"\nmsgstr \"b\"\nmsgstr \"c\"\n", 6},
		"the same text":           {head + "msgid \"a\"\nmsgstr \"b\"\n\nmsgid \"a\"\nmsgstr \"c\"\n", 7},
		"a form too far":          {head + "msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[9223372036854775806] \"c\"\n", 6},
		"a form twice":            {head + "msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[0] \"c\"\nmsgstr[0] \"d\"\n", 7},
		"a negative form":         {head + "msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[-1] \"c\"\n", 6},
		"forms without a plural":  {head + "msgid \"a\"\nmsgstr[0] \"c\"\n", 5},
		"a plural without forms":  {head + "msgid \"a\"\nmsgid_plural \"b\"\nmsgstr \"c\"\n", 6},
		"Latin-1":                 {"msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=ISO-8859-1\\n\"\n", 1},
		"no UTF-8":                {head + "msgid \"\xff\"\n", 4},
		"no field":                {"msgid \"\"\nmsgstr \"hello\\n\"\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Read([]byte(c.text))
			var fault *Error
			if !errors.As(err, &fault) || fault.Line != c.line || f != nil {
				t.Errorf("%v, not line %d", err, c.line)
			}
		})
	}
}

// What is written here is read by gettext's own tools, and says the same to them.
func TestGettextReadsWhatIsWritten(t *testing.T) {
	msgcat, err := exec.LookPath("msgcat")
	if err != nil {
		t.Skip("gettext is not installed")
	}
	path := filepath.Join(t.TempDir(), "ru.po")
	if err := os.WriteFile(path, []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(msgcat, "--no-wrap", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	want, _ := Read([]byte(sample))
	got, err := Read(out)
	if err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	for _, f := range []*File{want, got} {
		for i := range f.Entries {
			f.Entries[i].Line = 0
		}
	}
	if !reflect.DeepEqual(got.Entries, want.Entries) {
		t.Errorf("msgcat makes of it\n%s", out)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("msgid \"\"\nmsgstr \"\"\n\nmsgid \"a\"\nmsgid_plural \"b\"\nmsgstr[0] \"x\"\n"))
	f.Add([]byte("msgid \"\"\nmsgstr \"\"\n#~ msgid \"a\"\n#\n#.\n#,fuzzy,,\nmsgctxt \"\\\\\"\nmsgid \"\\a\\v\"\nmsgstr \"b\"\"c\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Read(data)
		if err != nil {
			return
		}
		once := a.Bytes()
		b, err := Read(once)
		if err != nil {
			t.Fatalf("what was written is refused: %v\n%s", err, once)
		}
		if !bytes.Equal(b.Bytes(), once) {
			t.Errorf("it is written otherwise the second time\n%s\n%s", once, b.Bytes())
		}
		if len(a.Entries) != len(b.Entries) {
			t.Fatalf("%d entries become %d", len(a.Entries), len(b.Entries))
		}
		for i, e := range a.Entries {
			got := b.Entries[i]
			if e.Context != got.Context || e.ID != got.ID || e.Plural != got.Plural || strings.Join(e.Str, "\x00") != strings.Join(got.Str, "\x00") || e.Fuzzy() != got.Fuzzy() {
				t.Errorf("%+v becomes %+v", e, got)
			}
		}
	})
}
