// Package main asks for memory in the ways that Go has, one a function. What each asks for stands above it, and Go's own count
// has to agree: a function panics where that is another.
//
// Most sizes are those of Go's classes of sizes, so that the bytes that it counts are those that were asked for.
package main

import "runtime"

type node struct {
	next *node
	data [3]uintptr
}

type page struct {
	nodes [128]*node
}

// Where things escape to; the next one takes their place.
var (
	last  *node
	nodes []*node
	sheet *page
	bytes []byte
	words []uint64
	text  string
	total int
)

// What is kept for good.
var list *node

// 1 block of 32 bytes.
//
//go:wasmexport boxed
func boxed() {
	measured(1, 32, func() {
		last = &node{}
	})
}

// 4 blocks without pointers, of 48, 1,024, 24,576 and 65,536 bytes.
//
//go:wasmexport sizes
func sizes() {
	measured(4, 91184, func() {
		words = make([]uint64, 6)
		bytes = make([]byte, of(1024))
		bytes = make([]byte, of(24576))
		bytes = make([]byte, of(65536))
	})
}

// 2 blocks of pointers, of 64 and 131,072 bytes.
//
//go:wasmexport pointers
func pointers() {
	measured(2, 64+131072, func() {
		nodes = make([]*node, of(8))
		nodes = make([]*node, of(16384))
	})
}

// 1 block of 1,024 bytes, for which Go takes 1,152: pointers in blocks of that size have a header.
//
//go:wasmexport headed
func headed() {
	measured(1, 1152, func() {
		sheet = &page{}
	})
}

// 5 blocks, of 8, 16, 32, 64 and 128 bytes, as a slice grows.
//
//go:wasmexport grown
func grown() {
	measured(5, 0, func() {
		words = nil
		for number := range uint64(16) {
			words = append(words, number)
		}
	})
}

// 1 block of 11 bytes, which may share 16 with others.
//
//go:wasmexport joined
func joined() {
	measured(1, 0, func() {
		text = "hello"[:of(5)] + " world"[:of(6)]
	})
}

// No block: Go has one address for all that is empty.
//
//go:wasmexport nothing
func nothing() {
	measured(0, 0, func() {
		bytes = make([]byte, of(0))
	})
}

// 1,000 blocks of 1,024 bytes, all of them garbage but for the last.
//
//go:wasmexport garbage
func garbage() {
	measured(1000, 1024000, func() {
		for range 1000 {
			bytes = make([]byte, 1024)
		}
	})
}

// 1 block of 32 bytes, from so deep that the goroutine's stack has to grow: what runs is left, and resumed from the inside out.
//
//go:wasmexport descend
func descend() {
	measured(1, 32, func() {
		total = sink(300)
	})
}

//go:noinline
func sink(depth int) int {
	var frame [32]int
	if depth == 0 {
		last = &node{}
		return 0
	}
	frame[depth%32] = sink(depth - 1)
	return frame[depth%32] + 1
}

// 10 blocks of 32 bytes, and what goroutines and a channel take.
//
//go:wasmexport goroutines
func goroutines() {
	done := make(chan int)
	for range 10 {
		go func() {
			last = &node{}
			done <- 1
		}()
	}
	for range 10 {
		total += <-done
	}
}

// 10 blocks of 32 bytes that are never let go of.
//
//go:wasmexport leaked
func leaked() {
	measured(10, 320, func() {
		for range 10 {
			list = &node{next: list}
		}
	})
}

// Lets go of what can be let go of, and collects it.
//
//go:wasmexport collect
func collect() {
	last, nodes, sheet, bytes, words, text = nil, nil, nil, nil, nil, ""
	runtime.GC()
}

// Compares with all that Go itself counted since the program began, the runtime's own objects among them.
//
//go:wasmexport counts
func counts(objects int64) {
	runtime.ReadMemStats(&after)
	if counted := int64(after.Mallocs); counted != objects {
		println("objects:", counted)
		panic("Go counts other objects")
	}
}

// A number that the compiler does not know.
//
//go:noinline
func of(number int) int {
	return number
}

var before, after runtime.MemStats

// Runs what asks for memory. It is counted in objects, whatever they share, and in bytes, where those are known.
func measured(objects, size uint64, work func()) {
	runtime.ReadMemStats(&before)
	work()
	runtime.ReadMemStats(&after)
	if counted := after.Mallocs - before.Mallocs; counted != objects {
		println("objects:", counted)
		panic("Go counts other objects")
	}
	if counted := after.TotalAlloc - before.TotalAlloc; size > 0 && counted != size {
		println("bytes:", counted)
		panic("Go counts other bytes")
	}
}

func main() {}
