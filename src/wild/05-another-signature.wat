;; A name alone makes no allocator: a library's own `malloc` takes an arena as well, and is passed over.
(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 1024))
  (func $bump (param $size i32) (result i32)
    global.get $next
    (global.set $next (i32.add (global.get $next) (local.get $size))))
  (func $malloc (param $arena i32) (param $size i32) (result i32)
    (call $bump (local.get $size)))
  (func $free (param i32))
  (func $calloc (param $count i32) (param $size i32) (result i32)
    (call $malloc (i32.const 512) (i32.mul (local.get $count) (local.get $size))))
  (func $main (export "main")
    (drop (call $malloc (i32.const 512) (i32.const 10)))
    (call $free (call $calloc (i32.const 4) (i32.const 5)))))
