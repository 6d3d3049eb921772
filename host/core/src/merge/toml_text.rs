//! TOML, read as [`Data`] and edited in place, so that comments and layout stay.

use serde_json::Value as Json;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::data::Data;
use super::walk::Edit;

/// A document and what it says.
///
/// # Errors
/// A sentence for people.
pub(super) fn read(bytes: &[u8]) -> Result<(DocumentMut, Data), String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is no UTF-8".to_owned())?;
    if text.starts_with('\u{feff}') {
        return Err("it begins with a byte order mark".to_owned());
    }
    let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        format!("it is no valid TOML: {}", error.message().lines().next().unwrap_or_default())
    })?;
    let data = table(document.as_table());
    Ok((document, data))
}

/// `document` with `edits`; what comes from the baseline keeps the layout that it has there.
pub(super) fn edit(document: &mut DocumentMut, baseline: Option<&DocumentMut>, edits: &[Edit]) {
    for edit in edits {
        let Some((key, folders)) = edit.path.split_last() else { continue };
        let Some(put) = &edit.put else {
            if let Some(parent) = walk_to(document.as_table_mut(), folders, false) {
                parent.remove(key);
            }
            continue;
        };
        let original = baseline.and_then(|baseline| find(baseline.as_table(), &edit.path));
        let mut item = match original.filter(|item| data_of(item).as_ref() == Some(put)) {
            Some(item) => item.clone(),
            None => item_of(put),
        };
        let Some(parent) = walk_to(document.as_table_mut(), folders, true) else { continue };
        // Where a table stood in the baseline means nothing here.
        let position = parent.get(key).and_then(position);
        place(&mut item, position);
        match parent.get_mut(key) {
            Some(there) => *there = item,
            None => drop(parent.insert(key, item)),
        }
    }
}

fn position(item: &Item) -> Option<isize> {
    match item {
        Item::Table(table) => table.position(),
        Item::ArrayOfTables(tables) => tables.get(0).and_then(Table::position),
        _ => None,
    }
}

/// Has tables written at `position` among the others of the document, or behind what comes before them.
fn place(item: &mut Item, position: Option<isize>) {
    let each = |table: &mut Table| {
        table.set_position(position);
        for (_, inner) in table.iter_mut() {
            place(inner, position);
        }
    };
    match item {
        Item::Table(table) => each(table),
        Item::ArrayOfTables(tables) => tables.iter_mut().for_each(each),
        _ => {}
    }
}

fn find<'t>(table: &'t dyn TableLike, path: &[String]) -> Option<&'t Item> {
    let (key, rest) = path.split_first()?;
    let item = table.get(key)?;
    if rest.is_empty() { Some(item) } else { find(item.as_table_like()?, rest) }
}

fn walk_to<'t>(table: &'t mut dyn TableLike, path: &[String], make: bool) -> Option<&'t mut dyn TableLike> {
    let Some((key, rest)) = path.split_first() else { return Some(table) };
    if make && table.get(key).is_none_or(|item| item.as_table_like().is_none()) {
        let mut fresh = Table::new();
        fresh.set_implicit(true);
        table.remove(key);
        table.insert(key, Item::Table(fresh));
    }
    walk_to(table.get_mut(key)?.as_table_like_mut()?, rest, make)
}

/// Entries in the order of their keys: in TOML the order says nothing.
fn table(table: &dyn TableLike) -> Data {
    let mut entries: Vec<_> = table.iter().filter_map(|(key, item)| Some((key.to_owned(), data_of(item)?))).collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    Data::Table(entries)
}

fn data_of(item: &Item) -> Option<Data> {
    match item {
        Item::None => None,
        Item::Value(value) => Some(data_of_value(value)),
        Item::Table(inner) => Some(table(inner)),
        Item::ArrayOfTables(tables) => Some(Data::List(tables.iter().map(|inner| table(inner)).collect())),
    }
}

fn data_of_value(value: &Value) -> Data {
    match value {
        Value::String(text) => Data::text(text.value()),
        Value::Integer(number) => Data::Scalar((*number.value()).into()),
        Value::Float(number) => Data::Scalar(match serde_json::Number::from_f64(*number.value()) {
            Some(number) => Json::Number(number),
            None => Json::String(number.value().to_string()),
        }),
        Value::Boolean(flag) => Data::Scalar((*flag.value()).into()),
        Value::Datetime(time) => Data::text(&time.value().to_string()),
        Value::Array(items) => Data::List(items.iter().map(data_of_value).collect()),
        Value::InlineTable(inner) => table(inner),
    }
}

/// A list of tables as `[[name]]`, a table as `[name]`, the rest in line.
fn item_of(data: &Data) -> Item {
    match data {
        Data::List(items) if !items.is_empty() && items.iter().all(|item| item.as_table().is_some()) => {
            let mut tables = ArrayOfTables::new();
            for item in items {
                tables.push(table_of(item));
            }
            Item::ArrayOfTables(tables)
        }
        Data::Table(_) => Item::Table(table_of(data)),
        data => Item::Value(value_of(data)),
    }
}

fn table_of(data: &Data) -> Table {
    data.entries().iter().map(|(key, value)| (key.clone(), Item::Value(value_of(value)))).collect()
}

fn value_of(data: &Data) -> Value {
    match data {
        Data::Scalar(Json::Bool(flag)) => (*flag).into(),
        Data::Scalar(Json::Number(number)) => match number.as_i64() {
            Some(number) => number.into(),
            None => number.as_f64().unwrap_or_default().into(),
        },
        Data::Scalar(Json::String(text)) => text.as_str().into(),
        Data::Scalar(_) => "".into(),
        Data::List(items) => Value::Array(items.iter().map(value_of).collect::<Array>()),
        Data::Table(entries) => Value::InlineTable(
            entries.iter().map(|(key, value)| (key.clone(), value_of(value))).collect::<InlineTable>(),
        ),
    }
}
