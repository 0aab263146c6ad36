// Messages from elsewhere.
package locales

import (
	"errors"
	"testing"
)

func TestWithAddsMessagesAndChangesNothing(t *testing.T) {
	c, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	more, err := c.With(map[string]map[string]string{"list.name": {"en": "The list", "es": "La lista"}, "list.hours": {"en": "From {{.from}} on."}})
	if err != nil {
		t.Fatal(err)
	}
	en := more.Language("en")
	if got := en.Raw("list.name"); got != "The list" || en.Line("list.name") != 0 || len(en.Fields("list.hours")) != 1 {
		t.Errorf("%q, line %d, fields %v", got, en.Line("list.name"), en.Fields("list.hours"))
	}
	if got, err := en.Render("list.hours", map[string]any{"from": "seven"}); err != nil || got != "From seven on." {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := en.Render("ui.overdue", map[string]any{"checked": "today"}); err != nil || got == "" {
		t.Errorf("an old message: %q, %v", got, err)
	}
	if more.Language("ht").Has("list.name") || c.Language("en").Has("list.name") || more.Keyword("stop") != c.Keyword("stop") || len(more.Languages()) != len(c.Languages()) {
		t.Error("the catalogue, or another language, has changed")
	}
	if same, err := c.With(nil); err != nil || same != c {
		t.Errorf("%v", err)
	}
	if _, err := c.With(map[string]map[string]string{"list.name": {"en": "The {{list"}}); !errors.Is(err, ErrMessage) {
		t.Errorf("a broken text: %v", err)
	}
}
