package mutant

import "slices"

// All returns every mutant. Names are unique.
func All() []Mutant {
	return slices.Concat(
		sessionMutants,
		envelopeMutants,
		dataMutants,
		contentMutants,
		finalMutants,
		replyMutants,
		formMutants,
		lostMutants,
		tlsMutants,
		authMutants,
		extensionMutants,
		timeMutants,
		reportMutants,
		composeMutants,
		greetMutants,
		ehloMutants,
		envMutants,
		mailMutants,
		rcptMutants,
		pipeMutants,
		offerMutants,
		reuseMutants,
		secMutants,
		serviceMutants,
		lintMutants,
		quitMutants,
	)
}
