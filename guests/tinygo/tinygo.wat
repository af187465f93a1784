;; What TinyGo's modules look like, in the names that its runtime has: the size comes first, and the layout for the collector
;; after it, unless the optimiser drops it. What its collector frees nobody calls by name.
(module
  (memory (export "memory") 1)
  (global $fresh (mut i32) (i32.const 1024))
  (func $runtime.alloc (param $size i32) (param $layout i32) (result i32)
    (global.get $fresh)
    (global.set $fresh (i32.add (global.get $fresh) (i32.and (i32.add (local.get $size) (i32.const 15)) (i32.const -16)))))

  ;; 1 block of 24 bytes.
  (func $main.boxed (export "boxed")
    (drop (call $runtime.alloc (i32.const 24) (i32.const 3))))

  ;; 2 blocks of 100 and 200 bytes.
  (func $main.grown (export "grown")
    (drop (call $runtime.alloc (i32.const 100) (i32.const 3)))
    (drop (call $runtime.alloc (i32.const 200) (i32.const 3)))))
