package mutant

import "slices"

// All returns every mutant. Names are unique.
func All() []Mutant {
	return slices.Concat(
		sessionMutants,
		envelopeMutants,
		dataMutants,
		replyMutants,
		tlsMutants,
		authMutants,
		extensionMutants,
		timeMutants,
		reportMutants,
		composeMutants,
		pipeMutants,
		offerMutants,
		reuseMutants,
		secMutants,
		serviceMutants,
		lintMutants,
		quitMutants,
	)
}
