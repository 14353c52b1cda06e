//! `inroad serve`.
use std::net::TcpListener;
use std::time::Duration;

use actix_web::rt::{System, time};
use actix_web::web::Data;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::database::{self, Source};
use super::{CliResult, system_clock, text};
use crate::app::App;
use crate::config::Config;
use crate::error::Code;
use crate::server::{self, Running};
use crate::{db, jobs, transfer};

#[derive(Debug, Default, Args)]
pub struct Options {
    /// Also fill a demo workspace, and print how to sign in to it
    #[arg(long)]
    demo: bool,
    /// Leave jobs, mails and webhooks to `inroad worker`
    #[arg(long)]
    no_worker: bool,
}

pub fn run(mut config: Config, options: Options) -> CliResult<()> {
    config.cors_localhost = options.demo;
    // Taken before the database is touched, so that a taken port costs nothing.
    let listener = listen(&config)?;
    let mut source = Source::own(&config)?;
    let applied = db::migrate::run(&source.direct()?).map_err(text)?;
    // Made, where there is none yet, for a database that is there.
    let ring = database::key_ring(&config)?;
    if applied > 0 {
        tracing::info!(applied, "{applied} migrations were applied");
    }
    let connector = source.connector()?;
    let outcome = System::new().block_on(async {
        let address = listener.local_addr().map_err(text)?;
        let base_url = config.base_url(address);
        if let Some(listen) = config.metrics_listen {
            super::metrics::serve(listen)?;
        }
        let app =
            Data::new(App::new(config, connector, ring, base_url, system_clock(), server::slices()).map_err(text)?);
        app.keys.load(&app).await.map_err(|error| match error.code {
            Code::Unavailable => "the database cannot be reached by DATABASE_URL: the cause stands above".to_owned(),
            _ => format!(
                "the signing keys cannot be read ({error}): is INROAD_SECRET the one that this database was made with?"
            ),
        })?;
        transfer::settle_interrupted(&app).await.map_err(text)?;
        let demo = if options.demo { Some(super::demo::fill(&app).await?) } else { None };
        let Running { server, app } = server::serve(app, listener).map_err(text)?;
        let runner = jobs::start(app.clone(), (!options.no_worker).then_some(server::work));
        let handle = server.handle();
        let served = actix_web::rt::spawn(server);
        if let Some(demo) = demo {
            println!("{demo}");
        }
        println!("Inroad is listening on http://{address}");
        println!("Documentation: {}/docs/", app.base_url);
        let reason = until_stopped(&mut source).await;
        tracing::info!("stopping: {reason}");
        app.stop();
        // They are answered before they end, so that the server does not know of them.
        transfer::at_rest(app.config.shutdown_timeout).await;
        handle.stop(true).await;
        let _ = served.await;
        runner.stop();
        if reason == Reason::DatabaseGone { Err("the private PostgreSQL ended by itself".to_owned()) } else { Ok(()) }
    });
    // Last: PostgreSQL stops when the source is dropped, after every request that needed it.
    drop(source);
    outcome
}

/// `inroad worker`: the jobs without the service. Several on one database share them.
pub fn work(config: Config) -> CliResult<()> {
    let mut source = Source::share(&config)?;
    let connector = source.connector()?;
    let outcome = System::new().block_on(async {
        source.require_current(&connector).await?;
        let ring = database::key_ring(&config)?;
        if let Some(listen) = config.metrics_listen {
            super::metrics::serve(listen)?;
        }
        let base_url = config.base_url(config.listen);
        let app = Data::new(
            App::new(config, connector.clone(), ring, base_url, system_clock(), server::slices()).map_err(text)?,
        );
        app.keys.load(&app).await.map_err(text)?;
        let runner = jobs::start(app.clone(), Some(server::work));
        println!("Inroad works");
        let reason = until_stopped(&mut source).await;
        tracing::info!("stopping: {reason}");
        app.stop();
        runner.stop();
        Ok(())
    });
    drop(source);
    outcome
}

fn listen(config: &Config) -> CliResult<TcpListener> {
    TcpListener::bind(config.listen).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!(
                "{} is taken by another program; choose another with --listen (port 0 picks a free one)",
                config.listen
            )
        }
        _ => format!("cannot listen on {}: {error}", config.listen),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    Interrupted,
    Terminated,
    DatabaseGone,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Interrupted => "interrupted",
            Self::Terminated => "asked to terminate",
            Self::DatabaseGone => "the private PostgreSQL ended by itself",
        })
    }
}

async fn until_stopped(source: &mut Source) -> Reason {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return Reason::Interrupted;
    };
    loop {
        tokio::select! {
            _ = interrupt.recv() => return Reason::Interrupted,
            _ = terminate.recv() => return Reason::Terminated,
            () = time::sleep(Duration::from_secs(1)) => if source.has_failed() { return Reason::DatabaseGone },
        }
    }
}
