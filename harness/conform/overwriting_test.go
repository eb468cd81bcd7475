package conform_test

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/conform"
	"github.com/smtpspec/smtpspec/harness/conform/catalog"
)

// A func may change its job, and go on with that when its trial is over and the
// report is read. Nothing of it is in the report, or in anybody else's job.
func TestAClientThatOverwritesItsJob(t *testing.T) {
	reading := make(chan struct{})
	var left sync.WaitGroup
	r, err := conform.Run(t.Context(), conform.ClientFunc(func(ctx context.Context, job conform.Job) error {
		err := sendMail(ctx, job)
		overwrite(&job, "overwritten in its trial")
		left.Go(func() {
			<-reading
			overwrite(&job, "overwritten behind its trial")
		})
		return err
	}), catalog.All(), conform.Only("greet-baseline", "greet-554"), conform.WithUnit(500*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	close(reading)
	form, err := json.Marshal(r.Trials)
	left.Wait()
	if err != nil || bytes.Contains(form, []byte("overwritten")) {
		t.Errorf("the report has what the client wrote: %v\n%s", err, form)
	}
	expectPass(t, r, "greet-baseline")
}

func overwrite(job *conform.Job, by string) {
	for i := range job.Rcpts {
		job.Rcpts[i] = by
	}
	for i := range job.Messages {
		copy(job.Messages[i].Raw, by)
		job.Messages[i].Subject = by
	}
}
