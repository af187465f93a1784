;; Functions with the same code become one: a library's own, `free` and every form of delete. It goes by one of their
;; names, and by the others as exports.
(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 1024))
  (func $bump (param $size i32) (result i32)
    global.get $next
    (global.set $next (i32.add (global.get $next) (local.get $size))))
  (func $image_create (export "malloc") (export "_Znwm") (export "_Znam") (param $size i32) (result i32)
    (call $bump (local.get $size)))
  (func $image_destroy (export "mi_free") (export "free") (export "_ZdlPv") (export "_ZdaPv") (param i32))
  (func $draw
    (call $image_destroy (call $image_create (i32.const 10))))
  (func $main (export "main")
    (call $draw)
    (drop (call $image_create (i32.const 20)))))
