//! What is wrong with a component, and what it costs to have it describe itself: what its author asks before anybody
//! grants it anything.

use goalpost_core::config::Limits;

use crate::admission::Problem;
use crate::call::CallStats;
use crate::exchange::Description;
use crate::inspect::everything;
use crate::plugin::Plugin;
use crate::schema::Schema;

/// What an examination found.
#[derive(Debug, Clone)]
pub struct Examination {
    /// Whatever would keep it from being admitted, were everything granted that it asks for.
    pub problems: Vec<Problem>,
    /// What it says of itself, where it could be asked.
    pub description: Option<Description>,
    /// What saying so took.
    pub used: Option<CallStats>,
}

impl Plugin {
    /// Looks at the component's names, its types, its description, and the schema in that. Nothing stands behind what it
    /// imports.
    pub async fn examine(&self, limits: &Limits) -> Examination {
        match self.ready_with_stats(&everything(), limits).await {
            Err(refused) => Examination { problems: refused.problems, description: None, used: None },
            Ok((_, description, used)) => Examination {
                problems: schema_problem(&description.config_schema).into_iter().collect(),
                description: Some(description),
                used: Some(used),
            },
        }
    }
}

fn schema_problem(schema: &str) -> Option<Problem> {
    if schema.trim().is_empty() {
        return None;
    }
    Schema::parse(schema).err().map(|error| Problem::BadSchema(error.to_string()))
}
