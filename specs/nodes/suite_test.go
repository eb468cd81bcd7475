// Package nodes_test runs several smtpspec serve over one PostgreSQL.
package nodes_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/smtpspec/smtpspec/harness/store/postgres/pgtest"
	"github.com/smtpspec/smtpspec/specs/internal/daemon"
)

func TestNodes(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Several daemons with one inbox")
}

// patience bounds what takes a moment. A node that hears nothing of another
// looks every five seconds.
const patience = 20 * time.Second

var (
	smtpspec  string // the path of the command
	server    string // the URL of the PostgreSQL
	databases atomic.Int64
)

var _ = SynchronizedBeforeSuite(func(ctx SpecContext) []byte {
	own, err := pgtest.Start(ctx)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(own.Stop)
	return []byte(daemon.Build() + "\n" + own.URL())
}, func(said []byte) {
	smtpspec, server, _ = strings.Cut(string(said), "\n")
})

var _ = SynchronizedAfterSuite(func() {}, gexec.CleanupBuildArtifacts)

// inbox is an empty database.
func inbox(ctx context.Context) string {
	GinkgoHelper()
	conn := connect(ctx, server)
	name := fmt.Sprintf("inbox_%d_%d", GinkgoParallelProcess(), databases.Add(1))
	_, err := conn.Exec(ctx, "create database "+name)
	Expect(err).NotTo(HaveOccurred())
	u, err := url.Parse(server)
	Expect(err).NotTo(HaveOccurred())
	u.Path = name
	return u.String()
}

func connect(ctx context.Context, database string) *pgx.Conn {
	GinkgoHelper()
	conn, err := pgx.Connect(ctx, database)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func(ctx SpecContext) { conn.Close(ctx) })
	return conn
}

// pair starts two daemons that share an empty inbox.
func pair(ctx context.Context, flags ...string) (a, b *daemon.Daemon) {
	GinkgoHelper()
	return pairOver(inbox(ctx), flags...)
}

func pairOver(database string, flags ...string) (a, b *daemon.Daemon) {
	GinkgoHelper()
	flags = append([]string{"--store", database}, flags...)
	return daemon.Start(smtpspec, flags...), daemon.Start(smtpspec, flags...)
}
