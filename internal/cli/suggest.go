package cli

import (
	"fmt"
	"slices"

	"github.com/agnivade/levenshtein"
)

// didYouMean returns the end of a message about an unknown word: the known word
// that is nearest to it, if one is near.
func didYouMean(word string, known []string) string {
	slices.Sort(known) // of two that are equally near, always the same one
	best, nearest := "", 1+max(1, len(word)/3)
	for _, candidate := range known {
		if distance := levenshtein.ComputeDistance(word, candidate); distance < nearest {
			best, nearest = candidate, distance
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %s?", best)
}
