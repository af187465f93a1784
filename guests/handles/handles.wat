;; A kernel with an allocator of its own: its handles are 64 bits wide, whatever the memory is, and only a suite can say which of
;; its functions that is.
(module
  (memory (export "memory") 1)
  (global $fresh (mut i64) (i64.const 1024))
  ;; The handle of a block that was given back; the block holds the next one's.
  (global $given_back (mut i64) (i64.const 0))

  ;; Hands out 128 bytes, however few are asked for.
  (func $obtain (export "obtain") (param $size i64) (result i64)
    (local $handle i64)
    (if (i64.gt_u (local.get $size) (i64.const 128))
      (then (return (i64.const 0))))
    (if (result i64) (i64.eqz (local.tee $handle (global.get $given_back)))
      (then
        (local.set $handle (global.get $fresh))
        (global.set $fresh (i64.add (global.get $fresh) (i64.const 128)))
        (local.get $handle))
      (else
        (global.set $given_back (i64.load (i32.wrap_i64 (local.get $handle))))
        (local.get $handle))))

  (func $dismiss (param $handle i64)
    (i64.store (i32.wrap_i64 (local.get $handle)) (global.get $given_back))
    (global.set $given_back (local.get $handle)))

  ;; 2 blocks of 100 and 28 bytes.
  (func (export "plain")
    (local $first i64)
    (local.set $first (call $obtain (i64.const 100)))
    (call $dismiss (call $obtain (i64.const 28)))
    (call $dismiss (local.get $first)))

  ;; No block: it is too large.
  (func (export "failing")
    (drop (call $obtain (i64.const 1000))))

  ;; 1 block of 64 bytes that is never given back.
  (func (export "leaked")
    (drop (call $obtain (i64.const 64)))))
