;; Nothing in here allocates.
(module
  (memory (export "memory") 1)
  (func $sum (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func $main (export "main")
    (drop (call $sum (i32.const 1) (i32.const 2)))))
