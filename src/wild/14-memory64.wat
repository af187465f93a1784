;; Addresses and sizes of 64 bits: beyond four gigabytes they are still told apart.
(module
  (memory (export "memory") i64 1)
  (global $next (mut i64) (i64.const 0x1_0000_0400))
  (func $bump (param $size i64) (result i64)
    global.get $next
    (global.set $next (i64.add (global.get $next) (local.get $size))))
  (func $malloc (param $size i64) (result i64)
    (call $bump (local.get $size)))
  (func $free (param i64))
  (func $realloc (param $address i64) (param $size i64) (result i64)
    (call $bump (local.get $size)))
  (func $posix_memalign (param $out i64) (param $align i64) (param $size i64) (result i32)
    (i64.store (local.get $out) (call $malloc (local.get $size)))
    i32.const 0)
  (func $main (export "main")
    (drop (call $malloc (i64.const 0x2_0000_0001)))
    (call $free (call $realloc (call $malloc (i64.const 10)) (i64.const 20)))
    (drop (call $posix_memalign (i64.const 512) (i64.const 16) (i64.const 30)))))
