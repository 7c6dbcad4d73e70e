package openapi

// visits says which recursive schemas have been applied to which arrays and
// objects of one tree: 4 bits for each value, in pages that exist where they
// are needed.
type visits map[visitPage]*[blockSize / 2]uint8

type visitPage struct {
	schema *schema
	tree   *tree
	page   uint32
}

const (
	visited = 1 << iota
	probed
	probeFailed
)

// begin notes a visit, of the kind visited or probed. It returns whether there
// was one before, and if that was a probe, whether it failed.
func (v *visits) begin(s *schema, n node, mark uint8) (failed, again bool) {
	bits, shift := v.bits(s, n)
	flags := *bits >> shift
	*bits |= mark << shift
	return mark == probed && flags&probeFailed != 0, flags&mark != 0
}

// fail notes that a probe failed.
func (v *visits) fail(s *schema, n node) {
	bits, shift := v.bits(s, n)
	*bits |= probeFailed << shift
}

func (v *visits) bits(s *schema, n node) (bits *uint8, shift uint32) {
	key := visitPage{schema: s, tree: n.tree, page: n.i / blockSize}
	page := (*v)[key]
	if page == nil {
		if *v == nil {
			*v = visits{}
		}
		page = new([blockSize / 2]uint8)
		(*v)[key] = page
	}
	at := n.i % blockSize
	return &page[at/2], at % 2 * 4
}
