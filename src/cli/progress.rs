//! How far the run is, for a person who waits.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{
    HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle,
};

use crate::cli::args::ProgressMode;
use crate::cli::interrupt::Interrupt;
use crate::cli::messages::Messages;
use crate::observer::{GiveUp, Observer};

/// Time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// A bar on a terminal, lines elsewhere, or nothing.
#[derive(Clone)]
pub struct Progress {
    shown: Shown,
    /// Articles of this phase.
    articles: Arc<AtomicU64>,
}

#[derive(Clone)]
enum Shown {
    Nothing,
    Bar(ProgressBar),
    Lines(Arc<Mutex<Lines>>),
}

/// Progress written as lines, for a log.
struct Lines {
    phase: String,
    total: u64,
    bytes: u64,
    started: Instant,
    said: Instant,
}

impl Progress {
    /// What `mode` shows on this standard error.
    #[must_use]
    pub fn new(mode: ProgressMode) -> Progress {
        let is_terminal = io::stderr().is_terminal();
        let shown = match (mode, is_terminal) {
            (ProgressMode::Never, _) | (ProgressMode::Auto, false) => Shown::Nothing,
            (ProgressMode::Auto | ProgressMode::Always, true) => Shown::Bar(hidden_bar()),
            (ProgressMode::Always, false) => {
                let now = Instant::now();
                let phase = String::new();
                let lines = Lines { phase, total: 0, bytes: 0, started: now, said: now };
                Shown::Lines(Arc::new(Mutex::new(lines)))
            }
        };
        Progress { shown, articles: Arc::default() }
    }

    /// A phase named for people begins; `total` bytes lie before it, 0 when nobody knows.
    pub fn phase(&self, name: &str, total: u64) {
        self.articles.store(0, Ordering::Relaxed);
        match &self.shown {
            Shown::Nothing => {}
            Shown::Bar(bar) => self.start_bar(bar, name, total),
            Shown::Lines(lines) => {
                let now = Instant::now();
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                *lines = Lines { phase: name.to_owned(), total, bytes: 0, started: now, said: now };
                lines.say(0);
            }
        }
    }

    /// So many bytes and articles more are done.
    pub fn add(&self, bytes: u64, articles: u64) {
        match &self.shown {
            Shown::Nothing => {}
            Shown::Bar(bar) => {
                self.articles.fetch_add(articles, Ordering::Relaxed);
                bar.inc(bytes);
            }
            Shown::Lines(lines) => {
                let articles = self.articles.fetch_add(articles, Ordering::Relaxed) + articles;
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                lines.bytes += bytes;
                if lines.said.elapsed() >= LINE_EVERY {
                    lines.said = Instant::now();
                    lines.say(articles);
                }
            }
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }

    /// Writes `line` to standard error so that the bar does not run through it.
    pub fn print_above(&self, line: &str) {
        let print = || drop(io::stderr().write_all(line.as_bytes()));
        match &self.shown {
            Shown::Bar(bar) => bar.suspend(print),
            Shown::Nothing | Shown::Lines(_) => print(),
        }
    }

    fn start_bar(&self, bar: &ProgressBar, name: &str, total: u64) {
        let articles = Arc::clone(&self.articles);
        let rate = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let articles = articles.load(Ordering::Relaxed);
            // Writing to a line of the bar cannot fail.
            let _ = write!(out, "{}", per_second(articles, state.elapsed()));
        };
        let template = match total {
            0 => "{msg:12} {spinner} {bytes}  {rate}  {elapsed}",
            _ => "{msg:12} [{bar:30}] {bytes} of {total_bytes}  {rate}  {eta} left",
        };
        // The templates are constants: a mistake in them shows as a bar of indicatif's own style.
        let style = ProgressStyle::with_template(template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> ")
            .with_key("rate", rate);
        match total {
            0 => bar.unset_length(),
            _ => bar.set_length(total),
        }
        bar.reset();
        bar.set_message(name.to_owned());
        bar.set_style(style);
        bar.set_draw_target(ProgressDrawTarget::stderr());
        bar.enable_steady_tick(Duration::from_millis(200));
    }
}

impl Lines {
    fn say(&self, articles: u64) {
        let mut line = format!("copydesk: {}", self.phase);
        if self.bytes > 0 || articles > 0 {
            let rate = per_second(articles, self.started.elapsed());
            // Writing to a string cannot fail.
            let _ = match self.total {
                0 => write!(line, ": {}, {rate}", HumanBytes(self.bytes)),
                total => {
                    write!(line, ": {} of {}, {rate}", HumanBytes(self.bytes), HumanBytes(total))
                }
            };
        }
        line.push('\n');
        drop(io::stderr().write_all(line.as_bytes()));
    }
}

/// Nothing is drawn before the first phase has a name.
fn hidden_bar() -> ProgressBar {
    ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden())
}

fn per_second(articles: u64, time: Duration) -> String {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = u128::from(articles) * 1000 / u128::from(millis);
    format!("{} articles/s", HumanCount(u64::try_from(rate).unwrap_or(u64::MAX)))
}

/// What the library sees of the command line: progress, signals and messages.
pub struct Console {
    /// The bar.
    pub progress: Progress,
    /// The signals.
    pub interrupt: Interrupt,
    /// The problems.
    pub messages: Messages,
}

impl Console {
    /// Shows progress as `mode` says and prints problems above it.
    #[must_use]
    pub fn new(mode: ProgressMode, interrupt: Interrupt) -> Console {
        let progress = Progress::new(mode);
        let above = progress.clone();
        let messages = Messages::new(move |line| above.print_above(line));
        Console { progress, interrupt, messages }
    }
}

impl Observer for Console {
    fn phase(&self, name: &str, total: u64) {
        self.progress.phase(name, total);
    }

    fn advance(&self, bytes: u64, articles: u64) {
        self.progress.add(bytes, articles);
    }

    fn interrupted(&self) -> bool {
        self.interrupt.is_set()
    }

    fn writing(&self, give_up: GiveUp) {
        self.interrupt.before_the_end(give_up);
    }

    fn problem(&self, place: &str, what: &str) {
        self.messages.problem(place, what);
    }

    fn more_problems(&self, count: u64) {
        self.messages.unnamed(count);
    }
}
