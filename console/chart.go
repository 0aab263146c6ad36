// Small charts: what the template _chart.html draws as SVG, and writes as a
// table below.
package console

import "fmt"

// Point is one value of a chart.
type Point struct {
	Label string
	Value int
	Text  string // how the value is written; "": as a number
}

// Shown is the value in words.
func (p Point) Shown() string {
	if p.Text != "" {
		return p.Text
	}
	return fmt.Sprint(p.Value)
}

// Chart is one to be drawn: {{template "chart" (bars "title" "what" "how many" .Points)}}
type Chart struct {
	Title       string // what the whole shows
	What, Count string // headings of the table
	Points      []Point
	Upright     bool // columns from left to right, as for days; else bars from top to bottom
	Height      int
	Marks       []Mark
}

// Mark is a rectangle with its words.
type Mark struct {
	X, Y, W, H   int
	TextX, TextY int
	Label, Shown string
}

const (
	chartWidth  = 320
	barRow      = 26
	barLabel    = 112 // where bars begin
	barMost     = 150
	columnMost  = 90
	columnsFoot = 18
)

// bars is a chart of bars from top to bottom.
func bars(title, what, count string, points []Point) Chart {
	c := Chart{Title: title, What: what, Count: count, Points: points, Height: max(1, len(points)) * barRow}
	most := largest(points)
	for i, p := range points {
		w := p.Value * barMost / most
		if p.Value > 0 {
			w = max(w, 2)
		}
		c.Marks = append(c.Marks, Mark{
			X: barLabel, Y: i*barRow + 5, W: w, H: barRow - 10,
			TextX: barLabel + w + 6, TextY: i*barRow + 18, Label: short(p.Label, 15), Shown: p.Shown(),
		})
	}
	return c
}

// columns is a chart of columns from left to right: days, hours. The first, the
// largest and the last have words.
func columns(title, what, count string, points []Point) Chart {
	c := Chart{Title: title, What: what, Count: count, Points: points, Upright: true, Height: columnMost + 16 + columnsFoot}
	if len(points) == 0 {
		return c
	}
	most, each := largest(points), max(1, chartWidth/len(points))
	said := false
	for i, p := range points {
		h := p.Value * columnMost / most
		if p.Value > 0 {
			h = max(h, 2)
		}
		m := Mark{X: i * each, Y: 16 + columnMost - h, W: max(1, each-2), H: h, TextX: i*each + each/2, TextY: 12 + columnMost - h}
		if p.Value == most && p.Value > 0 && !said {
			m.Shown, said = p.Shown(), true
		}
		if i == 0 || i == len(points)-1 {
			m.Label = p.Label
		}
		c.Marks = append(c.Marks, m)
	}
	return c
}

func largest(points []Point) int {
	most := 1
	for _, p := range points {
		most = max(most, p.Value)
	}
	return most
}

// short cuts a label to what has room; the table has all of it.
func short(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}
