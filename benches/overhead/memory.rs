//! What the host keeps: bytes for a byte of guest heap, and for a calling context.

use memgate::run::Engine;
use serde_json::Value;

pub(crate) fn measure(_engine: &Engine) -> wasmtime::Result<Value> {
    Ok(Value::Null)
}
