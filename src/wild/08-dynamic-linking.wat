;; A library to be linked when it is loaded: the section that says so comes first and stays first, and what it exports
;; of the allocator that it imported is the counted one.
(module
  (@custom "dylink.0" (before first) "\01\04\10\02\00\00")
  (import "env" "memory" (memory 1))
  (import "env" "__memory_base" (global $base i32))
  (import "env" "malloc" (func $malloc (param i32) (result i32)))
  (data (global.get $base) "data at an address that the loader chose")
  (export "library_allocate" (func $malloc))
  (func $main (export "main")
    (drop (call $malloc (i32.const 10)))))
