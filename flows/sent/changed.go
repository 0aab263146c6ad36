// changed.go tells whether a text that is not ours is made from one of ours.

package sent

// madeFrom compares a text with a known one: by the longest run of words that both have, and by how many they have in the same
// order (the longest common subsequence, by dynamic programming).
func (x *Index) madeFrom(q []word, n vote) bool {
	k := &x.texts[n.text]
	from := max(0, n.first-window/4)
	q = q[from:min(len(q), from+window)]
	kw := k.words[:min(len(k.words), 2*window)]
	used := x.used[k.Lang]
	// Longest common subsequence and longest common run, in measures of words.
	row, runs := make([]float64, len(kw)+1), make([]float64, len(kw)+1)
	longest := 0.
	for i := range q {
		diagonal, lastRun := 0., 0.
		for j := range kw {
			above, aboveRun := row[j+1], runs[j+1]
			if q[i].text == kw[j].text || slip(q[i], kw[j], used, k.Lang) {
				w := 1.
				if q[i].sign {
					w = 0.5
				}
				row[j+1] = diagonal + w
				runs[j+1] = lastRun + w
				longest = max(longest, runs[j+1])
			} else {
				row[j+1] = max(above, row[j])
				runs[j+1] = 0
			}
			diagonal, lastRun = above, aboveRun
		}
	}
	common := row[len(kw)]
	return longest >= leastRun || common >= leastWords && common >= madeFrom*measure(q) && n.runs >= 3
}
