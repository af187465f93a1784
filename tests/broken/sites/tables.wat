;; Counts its allocations in tables, and takes it back.
(module
  (memory (export "memory") 1 1)
  (global (export "counts") i32 (i32.const 1024))
  (global (export "sizes") i32 (i32.const 2048))
  (func (export "count")
    (i32.store (i32.const 1024) (i32.add (i32.load (i32.const 1024)) (i32.const 1)))
    (i64.store (i32.const 2048) (i64.add (i64.load (i32.const 2048)) (i64.const 16))))
  (func (export "forget")
    (i32.store (i32.const 1024) (i32.const 0)))
  (func (export "stop") (param $site i32)
    (i32.store
      (i32.add (i32.const 1024) (i32.mul (local.get $site) (i32.const 4)))
      (i32.const -1)))
  (global (export "bad_names") i32 (i32.const 4096))
  (global (export "far") i32 (i32.const 65500))
  (global (export "ratio") f64 (f64.const 0.5))
  (data (i32.const 4096) "\ff\ff\ff\7f")
  (func (export "idle")))
