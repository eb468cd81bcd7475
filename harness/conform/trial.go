package conform

import (
	"time"

	"github.com/smtpspec/smtpspec/harness/record"
)

// Trial is what happened when a client was put before a Script. It holds all
// that a verdict may look at.
type Trial struct {
	Script   string            `json:"script"`
	Job      record.Job        `json:"job"`
	Unit     time.Duration     `json:"unit"` // T
	Guard    time.Duration     `json:"guard"`
	Sessions []*record.Session `json:"sessions"`
	Outcome  Outcome           `json:"outcome"`
	Started  time.Time         `json:"started"`
	Late     time.Duration     `json:"late"`            // by how much the harness was late at worst
	Error    string            `json:"error,omitempty"` // the harness failed; nothing can be said
}
