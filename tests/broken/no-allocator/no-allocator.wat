;; A module that uses its memory as it comes and allocates nothing.
(module $no-allocator
  (memory (export "memory") 1)
  (func $store (export "store") (param $value i32)
    (i32.store (i32.const 16) (local.get $value))))
