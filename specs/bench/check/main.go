// Command check puts package sender, as a Go func, before the whole catalogue
// in real time, and prints what was found and how late the harness was at
// worst.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
)

func main() {
	unit := flag.Duration("unit", 2*time.Second, "T: the time-out that the client keeps, and the unit of all delays")
	flag.Parse()
	r, err := conform.Run(context.Background(), conform.ClientFunc(send), catalog.All(), conform.WithUnit(*unit))
	if err != nil {
		log.Fatal(err)
	}
	for _, found := range r.Findings() {
		fmt.Printf("%s: %s\n", found.Scenario, found.Verdict.Text)
	}
	fmt.Println(r.Count())
	fmt.Printf("took %v; the harness was %v late at most\n", r.Took.Round(time.Millisecond), r.Late.Round(time.Microsecond))
}
