//! The load benchmark: what the service costs beside the database work itself. `docs/performance.md` tells how to run
//! and read it.
mod bulk;
mod client;
mod data;
mod feeds;
mod files;
mod heard;
mod pgbench;
mod requests;
mod server;
mod start;
mod user;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Parser;
use data::Size;
use requests::Bench;
use server::Server;
use user::User;

/// The figures, in the order in which they are measured.
const FIGURES: [&str; 13] = [
    "start",
    "get",
    "list",
    "search",
    "everything",
    "brief",
    "create",
    "heard",
    "import",
    "export",
    "single",
    "streams",
    "feeds",
];

/// Load on the service, beside pgbench with the same statements.
#[derive(Debug, Parser)]
struct Options {
    /// How long each figure is measured
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// A smoke run: a second each, on little data
    #[arg(long)]
    quick: bool,
    /// Also print the statements that the service sends
    #[arg(long)]
    statements: bool,
    /// Only these figures, like `get,search`
    #[arg(long, value_delimiter = ',', default_values = FIGURES, hide_default_value = true, value_parser = FIGURES)]
    only: Vec<String>,
    /// Workspaces of 1,000 contacts
    #[arg(long)]
    workspaces: Option<usize>,
    /// Keep the database in this folder, or take the one that was kept there
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    fn wants(&self, figure: &str) -> bool {
        self.only.iter().any(|name| name == figure)
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    if !options.bench {
        println!("Measure with `cargo bench --bench load`.");
        return Ok(());
    }
    let over = Duration::from_secs(if options.quick { 1 } else { options.seconds });
    let usual = if options.quick { Size::QUICK } else { Size::USUAL };
    let size = Size { workspaces: options.workspaces.unwrap_or(usual.workspaces), ..usual };
    if options.wants("start") {
        println!("{}\n", start::times()?);
    }
    let server = Server::start(options.folder.as_deref())?;
    let reader = User::known(&server, "reader")?;
    let (middle, big) = (User::known(&server, "middle")?, User::known(&server, "big")?);
    let filling = Instant::now();
    if data::fill(&server, [&reader, &middle, &big], &size)? {
        eprintln!("{} contacts filled in {:.0?}", size.contacts(), filling.elapsed());
    }
    println!("{}", machine(&server)?);
    println!("{} workspaces of {} contacts, {over:?} for each figure\n", size.workspaces, data::CONTACTS);
    let bench = Bench { server: &server, user: &reader, over, show: options.statements };
    println!("{}", requests::HEADING);
    for figure in options.only.iter() {
        if let Some(line) = bench.requests(figure)? {
            println!("{line}");
        }
    }
    if options.wants("heard") {
        println!("\n{}", heard::COST_HEADING);
        for line in heard::costs(&bench)? {
            println!("{line}");
        }
    }
    if options.wants("import") {
        println!("\n{}", bulk::IMPORT_HEADING);
        for format in files::FORMATS {
            println!("{}", bulk::import(&bench, &format, size.rows)?);
        }
    }
    if options.wants("export") {
        println!("\n{}", bulk::EXPORT_HEADING);
        for name in ["contacts.vcf", "contacts.csv", "workspace.zip"] {
            println!("{}", bulk::export(&server, &big, name, size.big)?);
        }
    }
    if options.wants("single") {
        println!("\n{}", bulk::SINGLE_HEADING);
        for line in bulk::singles(&server, [&reader, &middle, &big], &size)? {
            println!("{line}");
        }
    }
    if options.wants("streams") {
        println!("\n{}", heard::streams(&bench, size.streams)?);
    }
    if options.wants("feeds") {
        println!("\n{}", feeds::HEADING);
        let (count, during) = if options.quick { (500, 10) } else { (10_000, 300) };
        for line in feeds::read(&server, count, Duration::from_secs(during))? {
            println!("{line}");
        }
    }
    Ok(())
}

/// What the figures were measured on.
fn machine(server: &Server) -> Result<String> {
    let info = std::fs::read_to_string("/proc/cpuinfo")?;
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = std::thread::available_parallelism()?;
    let version = server.psql("SHOW server_version")?;
    ensure!(!version.is_empty(), "PostgreSQL does not tell its version");
    Ok(format!("{cores} cores ({}), PostgreSQL {version}", model.map_or("unknown", |(_, name)| name)))
}

fn short(time: Duration) -> String {
    let micros = time.as_micros();
    if micros < 1000 { format!("{micros} µs") } else { format!("{:.1} ms", time.as_secs_f64() * 1000.0) }
}
