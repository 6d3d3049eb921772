// Several goroutines read a large file over and over, and make garbage of it.
package main

import (
	"fmt"
	"runtime"
	"strings"
	"sync"

	"goalpost"
	"goalpost/gate"
	"goalpost/tree"
)

func init() {
	gate.Export(goalpost.Info{Name: "reads-much", Version: "0.1.0", Summary: "Reads much"}, check)
}

func main() {}

func check(goalpost.Subject, struct{}) (goalpost.GateResult, error) {
	var group sync.WaitGroup
	total := 0
	for range 4 {
		group.Go(func() {
			for range 10 {
				content, err := tree.Sealed().ReadFile("large.txt")
				if err != nil {
					panic(err)
				}
				total += len(content) + strings.Count(strings.Repeat(string(content[:1000]), 300), "x")
				runtime.Gosched()
			}
		})
	}
	group.Wait()
	return goalpost.Passed(fmt.Sprintf("%d bytes", total)), nil
}
