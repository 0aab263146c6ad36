// The in-memory store keeps the contract of every store.

package memory_test

import (
	"testing"

	"posada/store/memory"
	"posada/store/storetest"
)

func TestMemoryKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Store { return memory.New() }, nil)
}
