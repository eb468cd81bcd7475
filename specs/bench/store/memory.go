package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

const mb = 1_000_000

// memory measures by how much the daemon grows while a large message goes in,
// and while it goes out. Only Linux tells the peak of another process.
func (b *bench) memory(ctx context.Context, out io.Writer) error {
	if _, err := os.Stat("/proc/self/clear_refs"); err != nil {
		fmt.Fprintln(out, "\nThe memory of a large message is measured on Linux only.")
		return nil
	}
	t := newTable(out, "memory of one large message, to its size", "in, until a search has seen it", "out", "aim")
	for _, k := range kinds {
		for _, size := range []int{30 * mb, 100 * mb} {
			if b.quick && size > 30*mb {
				continue
			}
			if err := b.memoryRow(ctx, t, k, size); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) memoryRow(ctx context.Context, t table, k kind, size int) error {
	flags, err := k.empty(ctx, b)
	if err != nil {
		return err
	}
	d, err := b.serve(ctx, append(flags, "--max-size", "120MB")...)
	if err != nil {
		return err
	}
	defer d.end()
	c, err := dial(d.smtp)
	if err != nil {
		return err
	}
	defer c.quit()
	if err := c.send(text(0)); err != nil {
		return err
	}
	if err := d.expect(ctx, "invoice", 1); err != nil {
		return err
	}
	mail := attachment(size)
	in, err := d.growth(func() error {
		if err := c.send(mail); err != nil {
			return err
		}
		return d.expect(ctx, "attached", 1)
	})
	if err != nil {
		return err
	}
	found, err := d.search(ctx, "attached")
	if err != nil {
		return err
	}
	after, err := d.growth(func() error { return d.get(ctx, "/api/messages/"+found.Items[0].ID+"/raw", nil) })
	if err != nil {
		return err
	}
	t.add(fmt.Sprintf("%s, %d MB", k.name, size/mb), times(in, size), times(after, size), "≤ 2")
	return nil
}

func times(octets, of int) string { return fmt.Sprintf("%.2f", float64(octets)/float64(of)) }

// attachment is a message with one part of base64.
func attachment(size int) []byte {
	const line = "TG9yZW0gaXBzdW0gZG9sb3Igc2l0IGFtZXQsIGNvbnNlY3RldHVyIGFkaXBpc2NpbmcgZWxpdCwg\r\n"
	head := "From: a@example.test\r\nTo: b@example.test\r\nSubject: attached\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: application/octet-stream; name=big.bin\r\nContent-Transfer-Encoding: base64\r\n" +
		"Content-Disposition: attachment; filename=big.bin\r\n\r\n"
	return append([]byte(head), bytes.Repeat([]byte(line), (size-len(head))/len(line))...)
}

// growth returns by how many octets of memory the daemon has, at its peak, more
// than at the beginning.
func (d *daemon) growth(do func() error) (int, error) {
	proc := fmt.Sprintf("/proc/%d/", d.cmd.Process.Pid)
	if err := os.WriteFile(proc+"clear_refs", []byte("5"), 0); err != nil { // the peak begins anew
		return 0, err
	}
	before, err := memoryOf(proc, "VmRSS:")
	if err != nil {
		return 0, err
	}
	if err := do(); err != nil {
		return 0, err
	}
	peak, err := memoryOf(proc, "VmHWM:")
	return peak - before, err
}

func memoryOf(proc, what string) (int, error) {
	status, err := os.ReadFile(proc + "status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, is := strings.CutPrefix(line, what); is {
			kb, err := strconv.Atoi(strings.Fields(rest)[0])
			return kb << 10, err
		}
	}
	return 0, errors.New("no " + what + " in " + proc + "status")
}
