//! The benchmark command on a corpus of a few records, so that it keeps working.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program beside the tests' own; built here when only these tests were asked for.
fn copydesk() -> PathBuf {
    let folder = Path::new(env!("CARGO_BIN_EXE_xtask")).parent().unwrap();
    let program = folder.join(format!("copydesk{}", std::env::consts::EXE_SUFFIX));
    if !program.exists() {
        let build =
            Command::new(env!("CARGO")).args(["build", "--quiet", "--bin", "copydesk"]).status();
        assert!(build.unwrap().success());
    }
    program
}

#[test]
fn every_command_is_measured_and_compared() {
    let folder = std::env::temp_dir().join(format!("copydesk-bench-test-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let record = |n: u32| {
        let text = format!("A headline of number {n}\\n\\nThe {n} boats left the harbour at dawn.");
        format!("{{\"id\":\"{n}\",\"text\":\"{text}\"}}\n")
    };
    fs::write(folder.join("corpus.jsonl"), (0..50).map(record).collect::<String>()).unwrap();
    fs::write(folder.join("other.jsonl"), "{}\n").unwrap();

    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["bench", "--runs", "2", "--threads", "1,2", "--floor", "cp"])
        .arg("--program")
        .arg(copydesk())
        .arg(&folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("median of 2 alternating runs"), "{table}");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| command"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    let names: Vec<&str> = rows.iter().map(|row| row[1]).collect();
    assert_eq!(names, ["floor", "clean, 1 thread", "run, threads: 1", "run, threads: 2"]);
    for row in &rows {
        let cpu: f64 = row[2].parse().unwrap();
        let (least, most): (f64, f64) = (row[3].parse().unwrap(), row[4].parse().unwrap());
        assert!(least <= cpu && cpu <= most && cpu < 60.0, "{table}");
        assert!(row[7].parse::<f64>().unwrap() > 0.0, "a program takes memory: {table}");
        assert!(row[8].parse::<f64>().unwrap() >= 0.0, "{table}");
    }
    assert_eq!(rows[0][8], "1.00", "{table}");

    let missing = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["bench", "--program", "no/such/program"])
        .arg(&folder)
        .output()
        .unwrap();
    assert!(!missing.status.success());
    fs::remove_dir_all(&folder).unwrap();
}
