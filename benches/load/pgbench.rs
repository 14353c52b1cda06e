//! The price of the database work itself: the statements that the service sends, taken from PostgreSQL's own log while
//! it answers one request, and sent again by pgbench.
use std::fmt::Write;
use std::fs;
use std::io::Read;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::server::Server;

/// A statement with its parameters, as PostgreSQL logged it.
#[derive(Debug, Default)]
pub struct Statement {
    pub text: String,
    /// Whether it was sent by name: parsed and planned before.
    pub prepared: bool,
    pub parameters: Vec<Option<String>>,
}

/// The statements of one connection, among them one with `marker`, that were run during `work`.
pub fn capture(server: &Server, marker: &str, work: impl FnOnce() -> Result<()>) -> Result<Vec<Statement>> {
    let settle = || sleep(Duration::from_millis(300));
    server.psql(
        "ALTER SYSTEM SET log_line_prefix = '<%p>|';\nALTER SYSTEM SET log_min_duration_statement = 0;\nSELECT pg_reload_conf()",
    )?;
    settle();
    let mut log = server.log()?;
    let outcome = work();
    settle();
    server.psql("ALTER SYSTEM RESET log_min_duration_statement;\nSELECT pg_reload_conf()")?;
    settle();
    outcome?;
    let mut text = String::new();
    log.read_to_string(&mut text)?;
    let entries = entries(&text);
    let process = entries.iter().find(|(_, entry)| entry.contains(marker)).context("the statement was not logged")?.0;
    let (mut statements, mut parsed, mut binding): (Vec<Statement>, _, _) = (Vec::new(), "", false);
    for (_, entry) in entries.iter().filter(|(pid, _)| *pid == process) {
        // `LOG:  duration: 0.012 ms  execute s3: SELECT …`
        let timed = entry.strip_prefix("LOG:  duration: ").and_then(|entry| entry.split_once(" ms  "));
        if let Some((how, text)) = timed.and_then(|(_, entry)| entry.split_once(": ")) {
            let (kind, name) = how.split_once(' ').unwrap_or((how, ""));
            binding = kind == "bind";
            match kind {
                "parse" => parsed = name,
                "bind" => {}
                _ => {
                    let prepared = kind == "execute" && name != parsed;
                    statements.push(Statement { text: text.to_owned(), prepared, parameters: Vec::new() });
                }
            }
        } else if let Some(detail) = entry.strip_prefix("DETAIL:  ")
            && let Some((_, list)) = detail.split_once("arameters: ")
            && let Some(last) = statements.last_mut().filter(|_| !binding)
        {
            last.parameters = parameters(list)?;
        }
    }
    Ok(statements)
}

/// Process and text; a line that begins with a tab goes on the one before.
fn entries(log: &str) -> Vec<(&str, String)> {
    let mut entries: Vec<(&str, String)> = Vec::new();
    for line in log.lines() {
        if let Some((process, entry)) = line.strip_prefix('<').and_then(|line| line.split_once(">|")) {
            entries.push((process, entry.to_owned()));
        } else if let (Some(more), Some((_, entry))) = (line.strip_prefix('\t'), entries.last_mut()) {
            entry.push('\n');
            entry.push_str(more);
        }
    }
    entries
}

/// `$1 = 'it''s', $2 = NULL`
fn parameters(list: &str) -> Result<Vec<Option<String>>> {
    let (mut all, mut rest) = (Vec::new(), list);
    while let Some((_, value)) = rest.split_once(" = ") {
        if let Some(after) = value.strip_prefix("NULL") {
            all.push(None);
            rest = after;
            continue;
        }
        let mut text = String::new();
        let mut quoted = value.strip_prefix('\'').context("a parameter without quotes")?;
        loop {
            let (part, after) = quoted.split_once('\'').context("a parameter without an end")?;
            text.push_str(part);
            let Some(more) = after.strip_prefix('\'') else {
                rest = after;
                break;
            };
            text.push('\'');
            quoted = more;
        }
        all.push(Some(text));
    }
    Ok(all)
}

/// A pgbench script.
pub struct Script {
    text: String,
    /// Parameters that stay the same.
    constants: Vec<String>,
}

impl Script {
    /// `label` tells its variables from those of other scripts; `prelude` sets variables; `vary` gives the expression of a parameter that each run has anew; `together` says that
    /// the service sends the statements without waiting in between.
    pub fn new(
        label: &str,
        prelude: &str,
        statements: &[Statement],
        together: bool,
        vary: impl Fn(&Statement, usize, &str) -> Option<String>,
    ) -> Result<Self> {
        ensure!(!statements.is_empty(), "the service sent no statements");
        let mut script = Self { text: format!("{prelude}\n"), constants: Vec::new() };
        if together {
            script.text.push_str("\\startpipeline\n");
        }
        for (number, statement) in statements.iter().enumerate() {
            if statement.parameters.is_empty() && statement.text.contains("; ") {
                // One message of several statements: pgbench can only pipeline them.
                let parts = statement.text.replace("; ", ";\n");
                let _ = writeln!(script.text, "\\startpipeline\n{parts};\n\\endpipeline");
            } else {
                script.add(&format!("{label}_{number}"), statement, &vary)?;
            }
        }
        if together {
            script.text.push_str("\\endpipeline\n");
        }
        Ok(script)
    }

    /// A variable that runs of one connection hand on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.constants.push(format!("{name}={value}"));
    }

    fn add(
        &mut self,
        label: &str,
        statement: &Statement,
        vary: &impl Fn(&Statement, usize, &str) -> Option<String>,
    ) -> Result<()> {
        let mut parts = statement.text.split('$');
        self.text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let index = part[..digits].parse::<usize>().context("a dollar sign that is no parameter")? - 1;
            match statement.parameters.get(index) {
                None => bail!("a parameter was not logged: {}", statement.text),
                Some(None) => self.text.push_str("NULL"),
                Some(Some(value)) => match vary(statement, index, value) {
                    Some(expression) => self.text.push_str(&expression),
                    None => {
                        let name = format!("{label}_{index}");
                        let _ = write!(self.text, ":{name}");
                        self.constants.push(format!("{name}={value}"));
                    }
                },
            }
            self.text.push_str(&part[digits..]);
        }
        self.text.push_str(";\n");
        Ok(())
    }
}

/// Transactions a second. Scripts take turns at random.
pub fn run(server: &Server, connections: usize, over: Duration, scripts: &[Script]) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let mut pgbench = server.program("pgbench");
    pgbench.args(["-n", "-M", "prepared", "-c", &connections.to_string(), "-j", "2"]);
    pgbench.args(["-T", &over.as_secs().max(1).to_string()]);
    for (number, script) in scripts.iter().enumerate() {
        let file = folder.path().join(number.to_string());
        fs::write(&file, &script.text)?;
        pgbench.arg("-f").arg(file);
        for constant in &script.constants {
            pgbench.arg("-D").arg(constant);
        }
    }
    let output = pgbench.output().context("pgbench")?;
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "pgbench failed ({}):\n{said}{complained}", output.status);
    let number = |before: &str| -> Option<f64> {
        said.lines().find_map(|line| line.strip_prefix(before))?.split_whitespace().next()?.parse().ok()
    };
    let failed = number("number of failed transactions: ").unwrap_or(0.0);
    ensure!(failed == 0.0, "pgbench had failed transactions:\n{said}");
    number("tps = ").context("pgbench told no tps")
}
