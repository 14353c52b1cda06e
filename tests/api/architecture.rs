//! The rules of the house that can be read from the sources. `docs/ARCHITECTURE.md` says why they are there.
use std::path::{Path, PathBuf};

use crate::walk::root;

/// Folders that are no slices: everybody may import them, and they import no slice.
const SHARED: &[&str] =
    &["app", "audit", "auth", "changes", "db", "digests", "external_ids", "http", "jobs", "mail", "outgoing"];
/// Those that know all slices.
const TOP: &[&str] = &["cli", "server"];
/// Those that speak of columns and of the database's errors wherever they need to.
const COLUMNS: &[&str] = &["db", "error", "text"];
/// What a slice keeps to itself.
const PRIVATE: &[&str] = &["routes", "store", "model"];
/// Lines a file may have.
const LONGEST: usize = 700;
/// Lines the middle one of all files may have.
const MEDIAN: usize = 200;
/// Longer ones that say why at their top. It may only shrink.
const LONG: &[&str] = &["db/schema.rs"];

/// One file of src/.
struct Source {
    /// Below src/, as `contacts/store.rs`.
    path: String,
    /// Without comments.
    code: String,
    lines: usize,
}

impl Source {
    /// The first folder, or the file's own name at the top.
    fn module(&self) -> &str {
        self.path.split('/').next().unwrap().trim_end_matches(".rs")
    }

    fn is_test(&self) -> bool {
        self.path.contains("tests")
    }
}

fn sources() -> Vec<Source> {
    let base = root().join("src");
    let mut found = Vec::new();
    let mut open = vec![base.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().flatten() {
            if entry.path().is_dir() {
                open.push(entry.path());
            } else if entry.path().extension().is_some_and(|extension| extension == "rs") {
                found.push(read(&base, &entry.path()));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn read(base: &Path, file: &PathBuf) -> Source {
    let text = std::fs::read_to_string(file).unwrap();
    let code = text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    let path = file.strip_prefix(base).unwrap().to_str().unwrap().to_owned();
    Source { path, lines: text.lines().count(), code: code.collect::<Vec<_>>().join("\n") }
}

fn slices() -> Vec<String> {
    let folders = std::fs::read_dir(root().join("src")).unwrap().flatten().filter(|entry| entry.path().is_dir());
    let names = folders.map(|entry| entry.file_name().into_string().unwrap());
    // A folder beside the file of its name only splits that module up.
    let whole = names.filter(|name| root().join("src").join(name).join("mod.rs").exists());
    whole.filter(|name| !SHARED.contains(&name.as_str()) && !TOP.contains(&name.as_str())).collect()
}

/// Every path that a file imports or writes out from the crate's root, as `["contacts", "store", "find"]`.
fn crate_paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        // Of `$crate::`, too: a macro's words stand where it is used.
        expand(&code[at + "crate::".len()..], &mut Vec::new(), &mut found);
    }
    found
}

/// Reads one path, with its braces; gives what is left behind it.
fn expand<'a>(text: &'a str, before: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> &'a str {
    let mut rest = text.trim_start();
    let depth = before.len();
    loop {
        if let Some(inner) = rest.strip_prefix('{') {
            rest = inner.trim_start();
            while !rest.is_empty() && !rest.starts_with('}') {
                rest = expand(rest, before, found).trim_start();
                rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
                // What is no list of names after all, such as a block.
                if !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '}' | '{')) {
                    break;
                }
            }
            rest = rest.strip_prefix('}').unwrap_or(rest);
            break;
        }
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let name = &rest[..end];
        if name.is_empty() {
            break;
        }
        before.push(name.to_owned());
        rest = &rest[end..];
        match rest.strip_prefix("::") {
            Some(more) => rest = more,
            None => {
                found.push(before.clone());
                break;
            }
        }
    }
    before.truncate(depth);
    if let Some(alias) = rest.trim_start().strip_prefix("as ") {
        rest = alias.trim_start().trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    }
    rest
}

#[test]
fn paths_are_read_with_their_braces() {
    let code = "use crate::a::{self, b::{c, D as E}, f};\nuse crate::{g, h::I};\nlet x = crate::j::k(1);";
    let paths: Vec<String> = crate_paths(code).iter().map(|path| path.join("::")).collect();
    assert_eq!(paths, ["a::self", "a::b::c", "a::b::D", "a::f", "g", "h::I", "j::k"]);
}

#[test]
fn shared_modules_import_no_slice() {
    let slices = slices();
    let mut faults = Vec::new();
    for source in sources() {
        let module = source.module();
        if TOP.contains(&module) || slices.iter().any(|slice| slice == module) || matches!(module, "lib" | "main") {
            continue;
        }
        for path in crate_paths(&source.code) {
            if slices.contains(&path[0]) {
                faults.push(format!("src/{} imports {}", source.path, path.join("::")));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn slices_import_what_others_offer() {
    let slices = slices();
    let mut faults = Vec::new();
    for source in sources() {
        let module = source.module();
        for slice in slices.iter().filter(|slice| *slice != module) {
            let inside =
                |path: &Vec<String>| path[0] == *slice && path.len() > 1 && PRIVATE.contains(&path[1].as_str());
            faults.extend(crate_paths(&source.code).iter().filter(|path| inside(path)).map(|path| {
                format!("src/{} reaches into {}; re-export it in src/{slice}/mod.rs", source.path, path.join("::"))
            }));
            for part in PRIVATE {
                let written = format!("{slice}::{part}::");
                if source.code.split(&written).skip(1).count() > 0 && !faults.iter().any(|f| f.contains(&source.path)) {
                    faults.push(format!("src/{} reaches into {written}", source.path));
                }
            }
        }
        let knows_all = TOP.contains(&module) || module == "lib";
        let imports_top = |path: &Vec<String>| TOP.contains(&path[0].as_str());
        faults.extend(
            crate_paths(&source.code)
                .iter()
                .filter(|path| !knows_all && module != "main" && imports_top(path))
                .map(|path| format!("src/{} imports {}", source.path, path.join("::"))),
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The lists of all `derive` attributes, with the line after.
fn derives(code: &str) -> Vec<Vec<&str>> {
    let lists = code.split("derive(").skip(1).filter_map(|rest| rest.split(')').next());
    lists
        .map(|list| list.split(',').map(|name| name.trim().rsplit("::").next().unwrap_or_default()).collect())
        .collect()
}

#[test]
fn rows_and_api_types_are_two_things() {
    const ROW: [&str; 7] =
        ["HasQuery", "Queryable", "QueryableByName", "Selectable", "Insertable", "AsChangeset", "Identifiable"];
    const API: [&str; 4] = ["Serialize", "Deserialize", "ToSchema", "IntoParams"];
    for source in sources() {
        for names in derives(&source.code) {
            let both = names.iter().any(|name| ROW.contains(name)) && names.iter().any(|name| API.contains(name));
            assert!(!both, "src/{}: a row that is an API type, too: {names:?}", source.path);
        }
    }
}

#[test]
fn statements_stand_in_stores() {
    let bound = |source: &&Source| !TOP.contains(&source.module()) && !COLUMNS.contains(&source.module());
    for source in sources().iter().filter(bound) {
        let file = source.path.rsplit('/').next().unwrap();
        let inside = |name: &str| file == format!("{name}.rs") || source.path.contains(&format!("/{name}/"));
        if inside("store") || inside("model") || source.is_test() {
            continue;
        }
        for word in ["diesel::", "diesel_async::", "sql_query"] {
            assert!(!source.code.contains(word), "src/{} has {word}: statements stand in store.rs", source.path);
        }
    }
}

#[test]
fn files_are_short() {
    let mut lengths = Vec::new();
    for source in sources() {
        let known = LONG.contains(&source.path.as_str());
        assert_eq!(
            source.lines > LONGEST,
            known,
            "src/{} has {} lines (LONG lists the exceptions)",
            source.path,
            source.lines
        );
        lengths.push(source.lines);
    }
    lengths.sort_unstable();
    assert!(lengths[lengths.len() / 2] <= MEDIAN, "the median file has {} lines", lengths[lengths.len() / 2]);
}

/// Lints that are silenced say why, and no longer than they must.
#[test]
fn lints_are_expected_not_allowed() {
    for source in sources() {
        assert!(!source.code.contains("#[allow(") && !source.code.contains("#![allow("), "src/{}", source.path);
    }
}

/// Two schemas of one name would be one in the document: of whichever was described last.
#[test]
fn schemas_have_names_of_their_own() {
    let mut names = std::collections::BTreeSet::new();
    // Those of the tests of schemas stand in no document.
    for source in sources().iter().filter(|source| source.path != "http/schema/sample.rs") {
        let mut described = false;
        for line in source.code.lines() {
            described |= line.contains("derive(") && line.contains("ToSchema");
            let name = line.split_once("pub struct ").or_else(|| line.split_once("pub enum "));
            let Some((_, rest)) = name else { continue };
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
            // Of a macro's, whoever calls it says the name.
            let is_schema = std::mem::take(&mut described) && !name.is_empty();
            assert!(!is_schema || names.insert(name.clone()), "{name}, again in src/{}", source.path);
        }
    }
    assert!(names.len() > 100, "{}", names.len());
}
