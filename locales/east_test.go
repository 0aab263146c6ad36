// Dates and times as they are written in Chinese.
package locales

import "testing"

func TestChineseDatesAndTimesAreWrittenAsOthersAre(t *testing.T) {
	for text, want := range map[string]string{
		"2023年6月11日": "11 jun 2023", "5月11号": "11 may", "2023年6月": "jun 2023", "2023年五月11日": "2023 五月 11 日", "下午3点半": "下午 3:30", "晚上8点": "晚上 8:00", "上午 8点5分": "上午 8:05",
		"13月": "13 月", "june 2023": "june 2023", "我在2024年来的": "我在 2024 来的",
	} {
		if got := eastern(Fold(text)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
