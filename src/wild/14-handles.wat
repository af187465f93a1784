;; Handles of 64 bits in a memory of 32: no allocator that goes by a known name is like that, so the suite has to say.
(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 1024))
  (func $bump (param $size i32) (result i32)
    global.get $next
    (global.set $next (i32.add (global.get $next) (local.get $size))))
  (func $malloc (param $size i64) (result i64)
    (i64.extend_i32_u (call $bump (i32.wrap_i64 (local.get $size)))))
  (func $free (param i64))
  (func $main (export "main")
    (call $free (call $malloc (i64.const 10)))))
