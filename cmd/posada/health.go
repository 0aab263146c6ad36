// posada health: ask a running server whether it is well.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"
)

type healthCmd struct {
	Listen string `default:"127.0.0.1:8080" help:"Where the server listens, as given to serve." placeholder:"HOST:PORT"`
}

// healthTime is how long the server may take to say that it runs.
const healthTime = 5 * time.Second

// Run asks /healthz, so that a container without a shell can check itself.
func (c *healthCmd) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.Listen+"/healthz", nil)
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		if os.IsTimeout(err) {
			return fmt.Errorf("the server did not answer within %s", healthTime)
		}
		return fmt.Errorf("ask the server: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answered %s", res.Status)
	}
	return nil
}
