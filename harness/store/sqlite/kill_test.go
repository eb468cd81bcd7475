package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/smtpspec/smtpspec/harness/store"
)

// killedPath is the environment variable that makes this binary a writer,
// which puts mail until it is killed.
const killedPath = "SMTPSPEC_TEST_WRITER"

// openedPath is the environment variable that makes this binary a process that
// opens a store, and prints why it cannot.
const openedPath = "SMTPSPEC_TEST_OPEN"

func openAndTell(path string) {
	s, err := Open(context.Background(), path, Options{})
	fmt.Print(err)
	if err == nil {
		s.Close()
	}
	os.Exit(0)
}

func TestMain(m *testing.M) {
	if path := os.Getenv(killedPath); path != "" {
		writeUntilKilled(path)
	}
	if path := os.Getenv(openedPath); path != "" {
		openAndTell(path)
	}
	os.Exit(m.Run())
}

// writeUntilKilled prints the ID of each message when it is put.
func writeUntilKilled(path string) {
	s, err := Open(context.Background(), path, Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var printing sync.Mutex
	for w := range 8 {
		go func() {
			for i := w; ; i += 8 {
				m, raw := killedMail(i)
				if err := s.Put(context.Background(), m, data(raw)); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				printing.Lock()
				fmt.Println(m.ID)
				printing.Unlock()
			}
		}()
	}
	select {}
}

// killedMail is a message whose content tells its ID; one of ten has several
// pieces.
func killedMail(i int) (*store.Mail, []byte) {
	m, raw := benchMail(i)
	if i%10 == 0 {
		raw = append(raw, bytes.Repeat(raw, 600<<10/len(raw))...)
	}
	raw = append([]byte("X-ID: "+string(m.ID)+"\r\n"), raw...)
	m.Size = len(raw)
	return m, append(raw, "end of "+string(m.ID)...)
}

// TestKilled kills a writer at any moment, twenty times over one file: what it
// was told is committed is there, whole, and can be found.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.db")
	var put []store.ID
	for range 20 {
		put = append(put, putUntilKilled(t, path)...)
	}
	if len(put) < 20 {
		t.Fatalf("only %d messages were put", len(put))
	}
	s := opened(t, path, Options{})
	defer s.Close()
	for _, id := range put {
		if r, err := s.Open(t.Context(), id); err != nil {
			t.Errorf("%s: %v", id, err)
		} else if raw, err := io.ReadAll(r); err != nil || !bytes.HasSuffix(raw, []byte("end of "+string(id))) {
			t.Errorf("%s: %d octets, %v", id, len(raw), err)
		}
	}
	info, err := s.Info(t.Context())
	if err != nil || info.Messages < len(put) {
		t.Errorf("%d messages %v, %d were put", info.Messages, err, len(put))
	}
	q := &store.Query{Expr: store.Phrase{Columns: []store.Column{store.ColumnFields}, Words: []string{"x", "id"}}}
	l, err := s.List(t.Context(), store.Page{Query: q, Total: true})
	if err != nil || l.Total != info.Messages {
		t.Errorf("%d messages are found %v, want %d", l.Total, err, info.Messages)
	}
}

// putUntilKilled returns the IDs that a writer printed before it was killed.
func putUntilKilled(t *testing.T, path string) (put []store.ID) {
	t.Helper()
	writer := exec.Command(os.Args[0])
	writer.Env = append(os.Environ(), killedPath+"="+path)
	var faults bytes.Buffer
	writer.Stderr = &faults
	printed, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	moment := time.AfterFunc(2*time.Minute, func() { _ = writer.Process.Kill() })
	lines := bufio.NewScanner(printed)
	for lines.Scan() {
		if len(put) == 0 { // it is at work: any time from now on
			moment.Reset(time.Duration(rand.IntN(250)) * time.Millisecond)
		}
		id, err := store.ParseID(lines.Text())
		if err != nil {
			break // cut off
		}
		put = append(put, id)
	}
	_ = writer.Wait()
	if faults.Len() > 0 {
		t.Fatal(faults.String())
	}
	return put
}
