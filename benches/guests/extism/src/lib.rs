//! The benchmark's judgement as an Extism plugin: JSON in, JSON out, as that project's own documentation writes them.

#![allow(missing_docs)]

use extism_pdk::{FnResult, Json, plugin_fn};
use judge::{Judgement, json};

#[plugin_fn]
pub fn conclude(Json(evidence): Json<json::Evidence>) -> FnResult<Json<Judgement>> {
    Ok(Json(evidence.judge()))
}
