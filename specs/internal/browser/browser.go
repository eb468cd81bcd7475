// Package browser drives a headless Chromium, for specs that click.
package browser

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/smtpspec/smtpspec/specs/internal/chromium"
	"github.com/smtpspec/smtpspec/specs/internal/needed"
)

// patience bounds what takes a moment in a browser that shares two cores.
const patience = 30 * time.Second

// Browser is a running Chromium. Start makes one.
type Browser struct {
	ctx context.Context
	end []context.CancelFunc
}

// Start runs Chromium with a new profile. It asks nobody for anything by
// itself.
func Start() *Browser {
	GinkgoHelper()
	path, err := chromium.Path()
	if err != nil {
		needed.Missing(err.Error())
	}
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options, chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-features", "Translate,AutofillServerCommunication,OptimizationHints,MediaRouter"),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"))
	b := &Browser{}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	b.end = append(b.end, cancel)
	b.ctx, cancel = chromedp.NewContext(ctx)
	b.end = append(b.end, cancel)
	// A context with a deadline would end the browser with it.
	Expect(chromedp.Do(b.ctx)).To(Succeed(), "starting %s", path)
	return b
}

// Close ends Chromium.
func (b *Browser) Close() {
	if b == nil {
		return
	}
	_ = chromedp.Cancel(b.ctx)
	for _, end := range b.end {
		end()
	}
}

// artifacts is the folder of the screenshots, made if need be.
func artifacts() string {
	GinkgoHelper()
	root := os.Getenv("ARTIFACTS")
	if root == "" {
		root = filepath.Join("..", "..", "artifacts")
	}
	folder := filepath.Join(root, "web")
	Expect(os.MkdirAll(folder, 0o755)).To(Succeed())
	return folder
}
