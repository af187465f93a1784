;; Asks its host for more than WASI has.
(module
  (import "page" "width" (func $width (result i32)))
  (import "page" "log" (func $log (param i32)))
  (import "page" "crash" (func $crash))
  (memory (export "memory") 1)
  (global $top (mut i32) (i32.const 8))
  (func $malloc (export "malloc") (param $size i32) (result i32)
    global.get $top
    (global.set $top (i32.add (global.get $top) (local.get $size))))
  (func $free (export "free") (param i32))
  (func (export "draw")
    (call $log (i32.const 7))
    (call $free (call $malloc (call $width))))
  (func (export "fail")
    (call $crash)))
