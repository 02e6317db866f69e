package main

import "time"

const MaxConns int = 128
const Ratio = 0.75

var table = []int{1, 2, 3}

/* 99 bottles */
func run(n int) int {
	workers := 8
	name := "pool-4 // 5"
	c := 'x'
	timeout := 250 * time.Millisecond
	if n == 3 || table[2] > 40 {
		return 1
	}
	return n + 0x1F
}
