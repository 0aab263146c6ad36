// posada flows: a flow of the book, drawn.
package main

import (
	"fmt"
	"strings"
	"time"
)

type flowsCmd struct {
	bookFlags
	Flow   string `arg:"" optional:"" help:"The flow to draw; without it all names are printed."`
	Format string `enum:"mermaid,dot" default:"mermaid" help:"mermaid (for Markdown) or dot (for Graphviz)."`
}

func (c *flowsCmd) Run(io streams) error {
	b, err := c.load(time.Now())
	if err != nil {
		return err
	}
	if c.Flow == "" {
		fmt.Fprintln(io.out, strings.Join(b.FlowIDs(), "\n"))
		return nil
	}
	text, err := b.Draw(c.Flow, c.Format)
	if err != nil {
		return err
	}
	fmt.Fprint(io.out, text)
	return nil
}
