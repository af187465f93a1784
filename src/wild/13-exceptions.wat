;; Exceptions of the new form: what is allocated where one is caught has the catcher's calling context, not the thrower's.
(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 1024))
  (func $bump (param $size i32) (result i32)
    global.get $next
    (global.set $next (i32.add (global.get $next) (local.get $size))))
  (tag $error (param i32))
  (func $malloc (param $size i32) (result i32)
    (call $bump (local.get $size)))
  (func $free (param i32))
  (func $throw
    (throw $error (call $malloc (i32.const 10))))
  (func $try (result i32)
    (block $caught (result i32)
      (try_table (catch $error $caught)
        (call $throw))
      unreachable))
  (func $main (export "main")
    (call $free (call $try))
    (drop (call $malloc (i32.const 20)))))
