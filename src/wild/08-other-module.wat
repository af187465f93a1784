;; The other module of the program: it owns memory, table and allocator. No fixture, but what fixtures import.
(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 1024))
  (func $bump (param $size i32) (result i32)
    global.get $next
    (global.set $next (i32.add (global.get $next) (local.get $size))))
  (table (export "__indirect_function_table") 4 funcref)
  (global (export "__memory_base") i32 (i32.const 512))
  (func $malloc (export "malloc") (param $size i32) (result i32)
    (call $bump (local.get $size)))
  (func (export "free") (param i32))
  ;; What the other module allocates for itself is not the importing one's.
  (func (export "strdup") (param i32) (result i32)
    (call $malloc (i32.const 1000)))
  (func (export "posix_memalign") (param $out i32) (param $align i32) (param $size i32) (result i32)
    (i32.store (local.get $out) (call $malloc (local.get $size)))
    i32.const 0))
