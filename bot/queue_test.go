// One contact at a time, in the order of arrival.

package bot

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
)

func TestALineIsFirstInFirstOutAndThenGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lines
		a, b := Address{"sms", "1"}, Address{"sms", "2"}
		leave, err := l.enter(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		var order []int
		for i := range 50 {
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				out, err := l.enter(ctx, a)
				if i%5 == 2 {
					if !errors.Is(err, context.Canceled) {
						t.Errorf("%d gave up with %v", i, err)
					}
					return
				}
				order = append(order, i) // no lock: in line only one is at work
				out()
			}()
			synctest.Wait()
			if i%5 == 2 {
				cancel()
				synctest.Wait()
			}
			defer cancel()
		}
		if len(order) != 0 {
			t.Fatalf("%v overtook the first", order)
		}
		other, err := l.enter(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		if l.busy() != 2 {
			t.Errorf("%d lines, want 2", l.busy())
		}
		other()
		leave()
		synctest.Wait()
		if len(order) != 40 || !slices.IsSorted(order) {
			t.Errorf("order %v", order)
		}
		if l.busy() != 0 {
			t.Errorf("%d idle contacts take memory", l.busy())
		}
	})
}
