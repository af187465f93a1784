;; Where blocks are never used again, `free` has no code, and is one with all that has none: it is called with all sorts
;; of numbers, and those are no blocks.
(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 1024))
  (func $bump (param $size i32) (result i32)
    global.get $next
    (global.set $next (i32.add (global.get $next) (local.get $size))))
  (func $malloc (param $size i32) (result i32)
    (call $bump (local.get $size)))
  (func $free (export "close") (param i32))
  (func $main (export "main")
    (call $free (call $malloc (i32.const 10)))
    (call $free (i32.const 7))
    (call $free (i32.const 0))
    (drop (call $malloc (i32.const 20)))))
