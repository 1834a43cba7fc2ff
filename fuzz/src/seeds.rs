//! Writes the seeds of every target to `corpus/TARGET`:
//! `cargo run --manifest-path fuzz/Cargo.toml --bin seeds`.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (number, (target, bytes)) in copydesk_fuzz::seeds(&fuzz.join("..")).iter().enumerate() {
        let folder = fuzz.join("corpus").join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("case-{number:05}")), bytes)?;
    }
    Ok(())
}
