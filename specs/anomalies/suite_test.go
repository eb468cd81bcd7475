package anomalies_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestAnomalies(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "What a strict server would not like")
}
