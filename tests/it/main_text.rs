//! The model that tells the article from the page around it: its file, its use, what it may not do.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use copydesk::article::{Dump, Fields};
use copydesk::clean::{Cleaner, Scratch};
use copydesk::ledger::Reason;
use copydesk::model::signals::{Signal, scaled};
use copydesk::model::{Model, Tree};
use copydesk::options::{Options, Split};
use copydesk::segment::segment;
use copydesk::strip::{self, Page, Rules, main_text};
use proptest::prelude::*;

use crate::desk::Desk;

/// Weights that take for main text what has more columns than the signal `width` says.
fn wider_than(width: u8) -> String {
    let part = |name: &str, signs: [i16; 2]| {
        format!("[{name}]\nbase 0\ntree width>{width} : {} {}\n", signs[0], signs[1])
    };
    part("first", [-5000, 5000])
        + &part("title", [-9000, -9000])
        + &part("second", [-5000, 5000])
        + &part("caption", [-9000, -9000])
}

fn dump(text: &str) -> Dump {
    Dump {
        path: "page".into(),
        record: Some(1),
        line: 1,
        folder: "pages".into(),
        text: text.to_owned(),
        fields: Fields::default(),
    }
}

/// A page of a menu, an article, other stories and a footer.
const PAGE: &str = "\
The Orchard Post
  * Home
  * Local
  * Farming
  * Weather desk
  * Letters page
  * Our people
Tuesday's paper
Give us a tip

Late frost takes half of the cherry crop

Growers in the lower valley lost about half of their cherries on Sunday night, the fruit board said.

They lit fires between the rows until five in the morning, and it was not enough for the old trees.

The board will count the damage by the end of the week and ask the province for money from the fund.

Insurance covers hail but not frost, and only one farm in seven had bought the extra cover it advised.

More from the valley
  * Bridge closes for a month
  * Bakery wins the bread prize
  * Choir looks for tenors
The Orchard Post
  * Delivery times
  * Paper shops
";

#[test]
fn a_file_of_weights_says_what_is_wrong_with_it() {
    let check = |text: &str, line: usize, what: &str| {
        let error = Model::parse(text).unwrap_err();
        assert_eq!((error.line, error.what.contains(what)), (line, true), "{text:?}: {error}");
    };
    check("", 0, "no tree in [first]");
    check("hello", 1, "no line of a file of weights");
    check("[third]", 1, "no part is named third");
    check("[first]\nbase x", 2, "x is no whole number");
    check("[first]\ntree width>3 1 2", 2, "without `:`");
    check("[first]\ntree width>3 : 1", 2, "1 leaves for 1 questions");
    check("[first]\ntree weight>3 : 1 2", 2, "no signal is named weight");
    check("[first]\ntree width>300 : 1 2", 2, "300 is not from 0 to 255");
    check("[first]\ntree width>3 : 1 70000", 2, "70000 is no leaf");
    check("# only\n[first]\nbase 1\ntree width>3 : 1 2\n", 4, "no tree in [title]");
}

#[test]
fn a_model_comes_back_from_its_text() {
    let built_in = main_text::built_in();
    assert_eq!(Model::parse(&built_in.to_text()).as_ref(), Ok(built_in));
    assert_eq!(built_in.name().len(), 64);
}

#[test]
fn other_weights_decide_and_are_named_in_the_report() {
    let desk = Desk::new();
    desk.write("in/page.txt", PAGE);
    let written = |width: u8| {
        let model = Arc::new(Model::parse(&wider_than(width)).unwrap());
        let name = model.name();
        let report = desk.run("in", "out", Options { model: Some(model), ..Options::default() });
        assert_eq!(report.options.model, Some(name));
        desk.rows("out", "articles.jsonl")[0]["text"].as_str().unwrap().to_owned()
    };
    assert!(written(0).contains("Give us a tip"));
    let (narrow, wide) = (scaled(40), scaled(500));
    assert_eq!(written(narrow).lines().filter(|line| !line.is_empty()).count(), 4);
    // Where nothing is wide enough nothing is better than anything else, and all stays.
    assert!(written(wide).contains("Give us a tip"));
}

#[test]
fn a_caption_that_stands_twice_is_captured_once() {
    let line = "Pickers in the cold orchard";
    let text = PAGE.replace("Give us a tip\n", &format!("{line}\n\n"));
    let text = text.replace("More from the valley", &format!("{line}\n\nMore from the valley"));
    let narrow = wider_than(scaled(40)).replace("[caption]\nbase 0", "[caption]\nbase 18000");
    let model = Some(Arc::new(Model::parse(&narrow).unwrap()));
    let cleaner = Cleaner::new(&Options { model, ..Options::default() });
    let mut articles = Vec::new();
    cleaner.clean(&dump(&text), &mut Scratch::default(), &mut |article| {
        articles.push(article.unwrap());
    });
    let captions = articles[0].captions.iter().filter_map(|caption| caption.text.as_deref());
    assert_eq!(captions.filter(|caption| *caption == line).count(), 1);
    let repeats = articles[0].removals.iter().filter(|removal| removal.text == line);
    let reasons: Vec<Reason> = repeats.map(|removal| removal.reason).collect();
    assert_eq!(reasons, [Reason::CaptionRepeat]);
}

#[test]
fn the_built_in_weights_know_the_article() {
    let mut texts = Vec::new();
    Cleaner::new(&Options::default()).clean(&dump(PAGE), &mut Scratch::default(), &mut |article| {
        texts.push(article.unwrap());
    });
    assert_eq!(texts[0].title.as_deref(), Some("Late frost takes half of the cherry crop"));
    let text = &texts[0].text;
    assert!(text.contains("Growers in") && text.ends_with("it advised."), "{text}");
    // Four paragraphs, and a request above them that may be a sub-head.
    assert!(text.split("\n\n").count() <= 5, "{text}");
}

#[test]
fn what_decided_adds_up() {
    let dump = dump(PAGE);
    let articles = segment(&dump, Split::Never);
    let rules = Rules::new(&[], None);
    let mut facts = Vec::new();
    let page = rules.read(&articles[0], &mut facts, &mut strip::Scratch::default());
    let judged = page.main_text.as_ref().unwrap();
    let second = &main_text::built_in().second;
    for (i, score) in judged.scores.iter().enumerate() {
        let told: i32 = second.reasons(&judged.signals, i).iter().map(|(_, weight)| weight).sum();
        let mean = |tree: &Tree| {
            let length = i64::try_from(tree.leaves().count()).unwrap();
            tree.leaves().map(i64::from).sum::<i64>() / length
        };
        let means = second.trees.iter().map(mean);
        // Each step of a mean is cut to a whole number.
        let slack = i64::try_from(second.trees.len() * 6).unwrap();
        let expected = i64::from(*score) - i64::from(second.base) - means.sum::<i64>();
        assert!((i64::from(told) - expected).abs() <= slack, "block {i}: {told}, {expected}");
    }
}

#[test]
fn signals_have_names_of_their_own() {
    let mut names: Vec<&str> = Signal::ALL.iter().map(|signal| signal.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Signal::ALL.len());
}

#[test]
fn scaling_keeps_the_order() {
    let mut last = 0;
    for number in (0..5000).chain((5000..u32::MAX - 70_000).step_by(65_537)) {
        let now = scaled(number);
        assert!(now >= last, "{number}");
        last = now;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any lines have signals and scores, the same each time.
    #[test]
    fn any_page_is_scored(lines in prop::collection::vec("\\PC{0,90}", 1..60)) {
        let dump = dump(&lines.join("\n"));
        for article in segment(&dump, Split::Never) {
            let mut facts = Vec::new();
            let page = Page::read(&article, &mut facts, &mut strip::Scratch::default());
            let mut scores = Vec::new();
            for _ in 0..2 {
                let mut reading = main_text::Reading::of(&page, &main_text::built_in().words);
                let first = main_text::built_in().first.score(&reading.signals);
                main_text::second_round(&mut reading.signals, &first, &reading.counts);
                scores.push(main_text::built_in().second.score(&reading.signals));
            }
            prop_assert_eq!(&scores[0], &scores[1]);
            prop_assert_eq!(scores[0].len(), page.len());
        }
    }
}
