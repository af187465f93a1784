;; A module that was initialised before it was shipped comes with live blocks in its data, and frees or resizes some of
;; them. Nobody saw them allocated, and that is no error.
(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 1024))
  (func $bump (param $size i32) (result i32)
    global.get $next
    (global.set $next (i32.add (global.get $next) (local.get $size))))
  (data (i32.const 512) "a block of a snapshot")
  (data (i32.const 600) "another one")
  (data (i32.const 700) "one that stays")
  (func $malloc (param $size i32) (result i32)
    (call $bump (local.get $size)))
  (func $free (param i32))
  (func $realloc (param $address i32) (param $size i32) (result i32)
    (call $bump (local.get $size)))
  (func $main (export "main")
    (call $free (i32.const 512))
    (call $free (call $realloc (i32.const 600) (i32.const 22)))
    (drop (call $malloc (i32.const 30)))))
