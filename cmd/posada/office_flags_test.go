// What officers' texts may lead to.

package main

import "testing"

func TestANumberIsTheDirectorysWithItsCountryOrWithout(t *testing.T) {
	phones := []string{"+52 800 226 8769", "911"}
	for digits, want := range map[string]bool{
		"528002268769": true, "8002268769": true, "00528002268769": true, "911": true,
		"2268769": false, "1234568002268769": false, "8002268768": false, "11": false, "5911": false, "": false,
	} {
		if got := listed(digits, phones); got != want {
			t.Errorf("%s: %t", digits, got)
		}
	}
}
