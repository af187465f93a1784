;; Allocator, memory and table belong to another module of the same program: calls of the import are counted here,
;; through the shared table as well.
(module
  (type $allocate (func (param i32) (result i32)))
  (import "env" "memory" (memory 1))
  (import "env" "__indirect_function_table" (table 4 funcref))
  (import "env" "malloc" (func $malloc (type $allocate)))
  (import "env" "free" (func $free (param i32)))
  (import "env" "posix_memalign" (func $posix_memalign (param i32 i32 i32) (result i32)))
  (import "env" "strdup" (func $strdup (param i32) (result i32)))
  (elem (i32.const 2) $malloc)
  (func $directly
    (call $free (call $malloc (i32.const 10))))
  (func $through_the_table
    (drop (call_indirect (type $allocate) (i32.const 20) (i32.const 2))))
  (func $through_memory
    (drop (call $posix_memalign (i32.const 512) (i32.const 16) (i32.const 30)))
    (call $free (i32.load (i32.const 512))))
  (func $main (export "main")
    (call $directly)
    (call $through_the_table)
    (call $through_memory)
    (drop (call $strdup (i32.const 512)))))
