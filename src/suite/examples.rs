//! What a key looks like that must be there, for those who left it out.

/// Notes on a key that is missing; none where its name says it all.
pub(super) fn of_missing(key: &str) -> &'static [&'static str] {
    match key {
        "scenarios" => &["for example: scenarios: { scroll: { steps: [{ call: scroll }] } }"],
        "steps" => &["for example: - { repeat: 3, steps: [{ call: scroll }] }"],
        "period" => &["for example: idle: { settle: 5s, period: 30s }"],
        "every" => &["for example: tick: { call: on_frame, every: 16ms }"],
        "idle_start" | "idle_end" => &["for example: marks: { idle_start: 5min, idle_end: 35min }"],
        "instances" => &["for example: lifecycle: { instances: 20 }"],
        "run" | "output" => &["for example: build: { run: make, output: feed.wasm }"],
        "site" => &["for example: site: image::cache::insert"],
        "reason" => &["for example: reason: \"evicted at 2 MB\""],
        "type" => &[
            "say what the table is made of, since another type reads other bytes: { memory: counters, index: 7, type: u64 }",
            "accepted: u8, u16, u32, i32, u64, i64, f32, f64",
        ],
        _ => &[],
    }
}
