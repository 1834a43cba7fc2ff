//! `report.html` in a real browser: headless Chromium, driven over the `WebDriver` protocol.
//!
//! Needs `chromium` and `chromedriver` (Debian: `apt-get install chromium chromium-driver`). Where they
//! are not, the tests say so and pass, unless `COPYDESK_REQUIRE_BROWSER` is set, as the checks of a change
//! do. The check of accessibility needs `axe.min.js` of the npm package `axe-core`, whose path
//! `COPYDESK_AXE` gives. Pictures of the page are put into `target/tmp`.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use base64::Engine as _;
use copydesk::options::Options;
use serde_json::{Value, json};

use crate::desk::Desk;

/// A title that a page must show as it stands.
const HOSTILE: &str = "<script>alert('1')</script> \"two\" & </style><img src=x onerror=alert(3)>";
const ARABIC: &str = "عاد الصيادون إلى البحيرة بعد غياب دام خمس سنوات.";
const EMOJI: &str = "Readers say 👩‍👩‍👧‍👦 and 🏴󠁧󠁢󠁳󠁣󠁴󠁿 to it all";

const VERBS: &[&str] = &[
    "saw", "heard", "met", "fed", "sold", "cut", "wrote", "lit", "sank", "drew", "bent", "kept",
    "held", "sent", "lost", "won", "dug", "hid", "led", "rang", "sang", "spun", "tore", "wove",
    "ate",
];

/// A run of some sources with hostile names and texts, near copies, boilerplate and dates.
fn finished() -> Desk {
    let desk = Desk::new();
    let mut lines = String::new();
    let sources = ["valley.example", HOSTILE, "مرآة البحيرة", "port.example"];
    for (s, source) in sources.iter().enumerate() {
        let name = ["Aldo", "Birte", "Cosmo", "Dagny"][s];
        for n in 0..26 {
            // Stories of one source, and those of two, have few runs of words in common.
            let verb = |n: usize| VERBS[n % VERBS.len()];
            let body: Vec<String> = (0..12)
                .map(|line| {
                    let (first, second, third) = (n + 7 * s, n + line * 3 + s, n * line + s);
                    format!(
                        "{name} {} {} {name} by pier {line} and {} {name} {} ships {} while {name} stayed",
                        verb(first),
                        verb(second),
                        verb(third),
                        verb(n * 5 + line * s),
                        n * 13 + line + 1000 * s
                    )
                })
                .collect();
            let title = match n % 4 {
                0 => format!("{HOSTILE} {s} {n}"),
                1 => format!("{ARABIC} {s} {n}"),
                2 => format!("{EMOJI} {s} {n}"),
                _ => format!("Story {n} of paper {s}"),
            };
            let text = format!(
                "{HOSTILE} \u{202e}every\n\n{}\n\n{ARABIC} {HOSTILE}\n\nShare on Facebook",
                body.join("\n\n")
            );
            let date = format!("2023-{:02}-03", n % 12 + 1);
            let mut add = |text: &str| {
                let row =
                    json!({ "title": title, "text": text, "source": source, "published": date });
                lines.push_str(&(row.to_string() + "\n"));
            };
            add(&text);
            if n % 5 == 0 {
                add(&text.replacen("pier 4 and", "quay <b>4</b> & \"then\" and", 1));
            }
        }
    }
    desk.write("in.jsonl", lines);
    desk.run("in.jsonl", "out", Options::default());
    desk
}

/// Whether the browser may be missing.
fn is_required() -> bool {
    std::env::var_os("COPYDESK_REQUIRE_BROWSER").is_some()
}

/// The program, if it is on this machine.
fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

/// A browser with one window.
struct Browser {
    driver: Child,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts one; `None` with a message where there is none.
    fn start() -> Option<Browser> {
        let programs = program(&["chromium", "chromium-browser", "google-chrome"])
            .zip(program(&["chromedriver"]));
        let Some((chromium, chromedriver)) = programs else {
            assert!(
                !is_required(),
                "COPYDESK_REQUIRE_BROWSER is set: install chromium and chromium-driver"
            );
            let skipped = "skipped: no chromium and chromedriver here; install chromium and chromium-driver\n";
            std::io::Write::write_all(&mut std::io::stderr(), skipped.as_bytes()).unwrap();
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        let mut driver = Command::new(chromedriver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(driver.stdout.take().unwrap());
        let mut lines = out.lines().map_while(Result::ok);
        let port = lines
            .find_map(|line| {
                let port = line.split("started successfully on port ").nth(1)?;
                port.trim_end_matches('.').parse::<u16>().ok()
            })
            .expect("chromedriver names its port");
        // It would stop at a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let args = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--window-size=1280,900",
        ];
        let mut args: Vec<String> = args.map(str::to_owned).into();
        args.push(format!("--user-data-dir={}", profile.path().display()));
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "binary": chromium, "args": args },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        } } });
        let base = format!("http://127.0.0.1:{port}/session");
        let made = post(&base, &wanted);
        let id = made["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {made}"));
        Some(Browser { driver, session: format!("{base}/{id}"), _profile: profile })
    }

    fn call(&self, command: &str, body: &Value) -> Value {
        let answer = post(&format!("{}/{command}", self.session), body);
        assert!(answer.get("error").is_none(), "{command}: {answer}");
        answer
    }

    fn open(&self, path: &Path) {
        self.call("url", &json!({ "url": format!("file://{}", path.display()) }));
    }

    /// What a script returns.
    fn ask(&self, script: &str) -> Value {
        self.call("execute/sync", &json!({ "script": script, "args": [] }))
    }

    fn text(&self, script: &str) -> String {
        self.ask(script).as_str().unwrap_or_default().to_owned()
    }

    fn devtools(&self, command: &str, params: &Value) {
        self.call("goog/cdp/execute", &json!({ "cmd": command, "params": params }));
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        self.call("se/log", &json!({ "type": kind })).as_array().cloned().unwrap_or_default()
    }

    /// Sets the width of the window, light or dark, and takes a picture.
    fn picture(&self, name: &str, width: u32, scheme: &str) {
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", &features);
        let wide = self.ask(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        assert_eq!(wide, 0, "{name}: the page is wider than the window");
        let whole =
            json!({ "cmd": "Page.captureScreenshot", "params": { "captureBeyondViewport": true } });
        let shot = self.call("goog/cdp/execute", &whole);
        let bytes =
            base64::prelude::BASE64_STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
        assert!(bytes.len() > 10_000, "{name}: an empty picture");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        fs::write(folder.join(format!("report-{name}.png")), bytes).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Closes the browser as well; after a failure nobody is left to hear of an error.
        let _ = agent().delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn agent() -> &'static ureq::Agent {
    static AGENT: OnceLock<ureq::Agent> = OnceLock::new();
    AGENT.get_or_init(|| {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        config.into()
    })
}

fn post(url: &str, body: &Value) -> Value {
    let mut answer = agent().post(url).send_json(body).unwrap();
    let mut value: Value = answer.body_mut().with_config().limit(1 << 28).read_json().unwrap();
    value["value"].take()
}

/// Visible items of a list.
fn shown(list: &str) -> String {
    format!(
        "return Array.from(document.getElementById('{list}').children).filter(x => !x.hidden).length"
    )
}

#[test]
fn the_page_works_in_a_browser() {
    let Some(browser) = Browser::start() else { return };
    let desk = finished();
    browser.open(&desk.path("out/report.html"));
    assert_eq!(browser.text("return document.title"), "What copydesk removed");

    // Text from the data is text.
    assert_eq!(browser.ask("return document.scripts.length"), 1);
    assert_eq!(browser.ask("return document.images.length"), 0);
    let body = browser.text("return document.body.textContent");
    for part in [HOSTILE, ARABIC, "👩‍👩‍👧‍👦", "\\u{202e}every"] {
        assert!(body.contains(part), "{part}");
    }
    let rtl = "return getComputedStyle(Array.from(document.querySelectorAll('#source-list td')) \
               .find(td => td.textContent.startsWith('مرآة'))).direction";
    assert_eq!(browser.text(rtl), "rtl");

    sorting_works(&browser);
    filtering_works(&browser);

    // A removed line opens to its article, with the keyboard alone.
    browser.ask("document.querySelector('#removed-list > li:not([hidden]) summary').focus()");
    let enter = "\u{e007}";
    let keys = json!({ "actions": [{ "type": "key", "id": "keys", "actions": [
        { "type": "keyDown", "value": enter }, { "type": "keyUp", "value": enter }] }] });
    browser.call("actions", &keys);
    let context = browser
        .text("return document.querySelector('#removed-list details[open] .context').textContent");
    assert!(context.contains("Share on Facebook") && context.contains(ARABIC), "{context}");

    // A cluster opens and shows the difference.
    browser.ask("document.querySelector('#cluster-list summary').click()");
    let part = |mark: &str| {
        browser.text(&format!(
            "return document.querySelector('#cluster-list details[open] {mark}').textContent"
        ))
    };
    assert!(
        part("del").contains("pier") && part("ins").contains("quay"),
        "{} {}",
        part("del"),
        part("ins")
    );
    assert!(
        part("ins ~ ins").contains('<') || part(".pair").contains("<b>4</b> & \"then\""),
        "{}",
        part(".pair")
    );
    let sort = "const s = document.querySelector('.tools[data-for=cluster-list] select[data-sort]'); \
                s.value = 'low 1'; s.dispatchEvent(new Event('change', { bubbles: true })); \
                return Array.from(document.querySelectorAll('#cluster-list > li'), li => Number(li.dataset.low))";
    let lows = browser.ask(sort);
    assert!(lows.as_array().unwrap().iter().map(Value::as_f64).is_sorted(), "{lows}");

    for scheme in ["light", "dark"] {
        browser.picture(&format!("desktop-{scheme}"), 1280, scheme);
        browser.picture(&format!("phone-{scheme}"), 375, scheme);
    }

    // Nothing was wrong, and nothing left the page.
    assert_eq!(browser.log("browser"), Vec::<Value>::new());
    let requests: Vec<String> = browser
        .log("performance")
        .iter()
        .filter_map(|entry| serde_json::from_str::<Value>(entry["message"].as_str()?).ok())
        .filter(|event| event["message"]["method"] == "Network.requestWillBeSent")
        // The browser's own first tab loads its parts as well.
        .filter(|event| {
            let from = event["message"]["params"]["documentURL"].as_str().unwrap_or_default();
            !from.starts_with("chrome")
        })
        .filter_map(|event| Some(event["message"]["params"]["request"]["url"].as_str()?.to_owned()))
        .collect();
    assert!(
        requests.len() == 1 && requests[0].ends_with("/out/report.html"),
        "requests: {requests:?}"
    );
}

fn sorting_works(browser: &Browser) {
    // Sorting: by number from the largest, then from the smallest; by name.
    let column = |n: usize| {
        browser.ask(&format!(
            "return Array.from(document.querySelectorAll('#source-list tr'), r => r.children[{n}].textContent)"
        ))
    };
    let click = |n: usize| {
        browser.ask(&format!(
            "document.querySelectorAll('#source-list')[0].closest('table').querySelectorAll('th button')[{n}].click()"
        ))
    };
    let numbers = |value: &Value| -> Vec<f64> {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|n| n.as_str().unwrap().replace(',', "").parse().unwrap())
            .collect()
    };
    click(6);
    let down = numbers(&column(6));
    assert!(down.len() == 4 && down.is_sorted_by(|a, b| a >= b), "{down:?}");
    click(6);
    assert!(numbers(&column(6)).is_sorted());
    let sorted = "return document.querySelector('#sources ~ .scroll th[aria-sort]').getAttribute('aria-sort')";
    assert_eq!(browser.text(sorted), "ascending");
    click(0);
    assert_eq!(column(0)[1], "port.example");
}

fn filtering_works(browser: &Browser) {
    // Filtering: a text, a rule, and from the table of rules to its samples.
    let type_in = |list: &str, text: &str| {
        browser.ask(&format!(
            "const i = document.querySelector('.tools[data-for={list}] input'); i.value = {}; \
             i.dispatchEvent(new Event('input', {{ bubbles: true }}))",
            json!(text)
        ))
    };
    type_in("source-list", "port");
    assert_eq!(browser.ask(&shown("source-list")), 1);
    type_in("source-list", "no such source");
    assert_eq!(browser.ask(&shown("source-list")), 0);
    type_in("source-list", "");
    assert_eq!(browser.ask(&shown("source-list")), 4);
    assert_eq!(browser.ask(&shown("removed-list")), 20, "the beginning of a long list");
    browser.ask("document.querySelector('#rules-list a[data-value=\"share-bar\"]').click()");
    let others = "return Array.from(document.querySelectorAll('#removed-list > li:not([hidden])')) \
                  .filter(li => li.dataset.rule !== 'share-bar').length";
    assert_eq!(browser.ask(others), 0);
    browser.ask("document.querySelector('.tools[data-for=removed-list] button').click()");
    let all = browser.ask(&shown("removed-list"));
    assert!(all.as_u64().unwrap() > 20, "{all}");
}

#[test]
fn the_page_can_be_used_by_everyone() {
    let given = std::env::var_os("COPYDESK_AXE").map(PathBuf::from);
    let Some(axe) = given else {
        assert!(!is_required(), "COPYDESK_REQUIRE_BROWSER is set: name axe.min.js in COPYDESK_AXE");
        let skipped = "skipped: COPYDESK_AXE names no axe.min.js of the npm package axe-core\n";
        std::io::Write::write_all(&mut std::io::stderr(), skipped.as_bytes()).unwrap();
        return;
    };
    let Some(browser) = Browser::start() else { return };
    let desk = finished();
    browser.open(&desk.path("out/report.html"));
    browser.ask(&fs::read_to_string(axe).unwrap());
    browser.ask("document.querySelectorAll('details').forEach((d, i) => { d.open = i % 7 === 0 })");
    for scheme in ["light", "dark"] {
        for width in [1280, 375] {
            browser.picture("checked", width, scheme);
            let run = "const done = arguments[arguments.length - 1]; axe.run(document).then(found => done( \
                found.violations.map(v => [v.impact, v.id, v.help, v.nodes.length, v.nodes[0].html.slice(0, 200)])))";
            let found = browser.call("execute/async", &json!({ "script": run, "args": [] }));
            let found = found.as_array().unwrap_or_else(|| panic!("axe says {found}"));
            let serious: Vec<&Value> = found
                .iter()
                .filter(|fault| fault[0] == "serious" || fault[0] == "critical")
                .collect();
            assert!(serious.is_empty(), "{scheme}, {width} wide: {serious:#?}");
        }
    }
}
