//! What is learned as boilerplate, from sources made up in many languages.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use copydesk::boilerplate::{Learned, Learner};
use copydesk::fingerprint;
use proptest::prelude::*;

/// One article: its source, its title and its paragraphs.
#[derive(Clone, Debug)]
struct Page {
    source: &'static str,
    named: bool,
    title: String,
    paragraphs: Vec<String>,
}

fn page(source: &'static str, title: &str, paragraphs: Vec<String>) -> Page {
    Page { source, named: true, title: title.to_owned(), paragraphs }
}

fn note(learner: &mut Learner, page: &Page) {
    let digest = |text: &str| fingerprint::paragraph(text, &mut String::new());
    let texts: Vec<_> =
        page.paragraphs.iter().map(|text| (text.as_str(), digest(text).unwrap())).collect();
    learner.note((page.source, page.named), digest(&page.title), texts.into_iter());
}

fn learner(pages: &[Page]) -> Learner {
    let mut learner = Learner::default();
    for page in pages {
        note(&mut learner, page);
    }
    learner
}

/// The paragraphs of `pages` that are learned, each once.
fn learned(pages: &[Page]) -> BTreeSet<&str> {
    let notes = learner(pages);
    let learned = notes.counted(u64::MAX).learned();
    let mut found = BTreeSet::new();
    for page in pages {
        let source = notes.source(page.source).unwrap();
        for text in &page.paragraphs {
            let digest = fingerprint::paragraph(text, &mut String::new()).unwrap();
            if learned.contains(source, digest) {
                found.insert(text.as_str());
            }
        }
    }
    found
}

#[track_caller]
fn check(pages: &[Page], expected: &[&str]) {
    assert_eq!(learned(pages), expected.iter().copied().collect(), "of {} pages", pages.len());
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// Words, the space between them, the end of a sentence, and two footers of a paper in one language.
struct Tongue {
    words: &'static str,
    space: &'static str,
    stop: &'static str,
    footers: [&'static str; 2],
}

const TONGUES: [Tongue; 6] = [
    Tongue {
        words: "the harbour council said ferry crews would wait until a new boat came from Larsa with bread salt and lamps for every house",
        space: " ",
        stop: ".",
        footers: [
            "The Courier of Oldhaven is read by everyone who lives beside the harbour.",
            "Letters to the editor are welcome and may be shortened.",
        ],
    },
    Tongue {
        words: "городской совет сообщил что паром пойдёт по новой реке до пристани где ждут хлеб соль и лампы для каждого дома",
        space: " ",
        stop: ".",
        footers: [
            "Подписывайтесь на нашу газету и получайте новости каждое утро.",
            "Все права защищены, перепечатка только с согласия редакции.",
        ],
    },
    Tongue {
        words: "قال مجلس المدينة إن العبارة الجديدة ستصل إلى الميناء قبل نهاية الشهر ومعها الخبز والملح والمصابيح لكل بيت",
        space: " ",
        stop: ".",
        footers: [
            "تابعوا جريدة الوادي على الشبكات واقرأوا آخر الأخبار كل صباح.",
            "جميع الحقوق محفوظة لجريدة الوادي ولا يجوز النقل دون إذن.",
        ],
    },
    Tongue {
        words: "नगर परिषद ने कहा कि नई नाव बंदरगाह पर रोटी नमक और दीपक लेकर हर घर के लिए आएगी",
        space: " ",
        stop: "।",
        footers: [
            "हमारे अखबार की हर सुबह की खबरें अपने घर पर पाने के लिए लिखिए।",
            "सर्वाधिकार सुरक्षित हैं और बिना अनुमति के कुछ भी छापना मना है।",
        ],
    },
    Tongue {
        words: "市 议会 表示 新 渡轮 将 在 月底 之前 带着 面包 盐 和 灯 抵达 港口 送 给 每 户 人家",
        space: "",
        stop: "。",
        footers: [
            "欢迎订阅山谷日报,每天清晨为您送上最新的消息和评论。",
            "本报版权所有,未经书面许可不得转载或者摘编任何文章。",
        ],
    },
    Tongue {
        words: "belediye meclisi yeni vapurun ay sonundan önce ekmek tuz ve lambalarla birlikte limana geleceğini her eve söyledi",
        space: " ",
        stop: ".",
        footers: [
            "Vadi gazetesine abone olun ve haberleri her sabah evinizde okuyun.",
            "Tüm hakları saklıdır, izin alınmadan hiçbir yazı kullanılamaz.",
        ],
    },
];

impl Tongue {
    /// A paragraph of `words` words and more; `number` makes it one of a kind.
    fn paragraph(&self, dice: &mut Dice, words: usize, number: usize) -> String {
        let all: Vec<&str> = self.words.split(' ').collect();
        let mut said: Vec<&str> = (0..words).map(|_| all[dice.roll(all.len())]).collect();
        let number = number.to_string();
        said.insert(dice.roll(said.len()), &number);
        said.join(self.space) + self.stop
    }

    fn story(&self, dice: &mut Dice, number: usize) -> Vec<String> {
        let paragraphs = 3 + dice.roll(8);
        (0..paragraphs)
            .map(|at| {
                let words = 18 + dice.roll(20);
                self.paragraph(dice, words, number * 100 + at)
            })
            .collect()
    }
}

/// A source with `pages` pages in which `furnish` puts furniture.
fn source(tongue: &Tongue, pages: usize, furnish: impl Fn(usize, &mut Vec<String>)) -> Vec<Page> {
    let mut dice = Dice(pages as u64);
    let story = |number: usize| {
        let mut paragraphs = tongue.story(&mut dice, number);
        furnish(number, &mut paragraphs);
        page("valley.example", &format!("Story {number}"), paragraphs)
    };
    (1..=pages).map(story).collect()
}

#[test]
fn footers_are_learned_from_three_pages_and_from_three_thousand() {
    for tongue in &TONGUES {
        let footers = tongue.footers;
        for pages in [3, 5, 9, 10, 40, 3_000] {
            let made = source(tongue, pages, |_, story| story.extend(footers.map(str::to_owned)));
            check(&made, &footers);
        }
        let made = source(tongue, 2, |_, story| story.extend(footers.map(str::to_owned)));
        check(&made, &[]);
    }
}

#[test]
fn furniture_in_the_middle_is_learned_where_it_is_common() {
    for tongue in &TONGUES {
        let [line, _] = tongue.footers;
        for (pages, expected) in [(9, &[][..]), (10, &[line]), (400, &[line])] {
            check(&source(tongue, pages, |_, story| story.insert(2, line.to_owned())), expected);
        }
    }
}

#[test]
fn a_footer_on_one_page_in_twenty_is_learned() {
    for tongue in &TONGUES {
        let [always, sometimes] = tongue.footers;
        for pages in [80, 1_000] {
            let made = source(tongue, pages, |number, story| {
                if number % 20 == 0 {
                    story.push(sometimes.to_owned());
                }
                story.push(always.to_owned());
            });
            check(&made, &[always, sometimes]);
        }
    }
}

/// What a sentence does that reporters use: it stands where the story wants it.
#[test]
fn stock_sentences_of_reporters_stay() {
    let stock = "The council could not immediately be reached for comment.";
    let made = source(&TONGUES[0], 300, |number, story| {
        if number % 10 == 0 {
            let place = [1, 2, story.len() / 2, story.len()][number / 10 % 4];
            story.insert(place, stock.to_owned());
        }
    });
    check(&made, &[]);
}

#[test]
fn a_formula_that_four_papers_print_stays() {
    let formula = "This decree enters into force on the day of its publication in the gazette.";
    let mut pages = Vec::new();
    for (paper, name) in ["a.example", "b.example", "c.example", "d.example"].iter().enumerate() {
        let made = source(&TONGUES[paper], 60, |number, story| {
            if number % 10 == 0 {
                story.push(formula.to_owned());
            }
        });
        pages.extend(made.into_iter().map(|page| Page { source: name, ..page }));
    }
    check(&pages, &[]);
}

/// Channels of one house post each other's stories with the footer of the first.
#[test]
fn a_footer_goes_with_its_address_where_it_is_a_guest() {
    for (footer, goes) in [
        ("All that Larsa talks about, every day: https://larsa.example/all", true),
        ("All that Larsa talks about, every day and in every house.", false),
    ] {
        let own = source(&TONGUES[0], 300, |_, story| story.push(footer.to_owned()));
        let sister = source(&TONGUES[1], 200, |number, story| {
            if number % 10 == 0 {
                story.push(footer.to_owned());
            }
        });
        let inside = source(&TONGUES[2], 200, |number, story| {
            if number % 10 == 0 {
                story.insert(1, footer.to_owned());
            }
        });
        let mut notes = Learner::default();
        for (name, pages) in [("own", own), ("sister", sister), ("inside", inside)] {
            for page in pages {
                note(&mut notes, &Page { source: name, ..page });
            }
        }
        let learned = notes.counted(u64::MAX).learned();
        let digest = fingerprint::paragraph(footer, &mut String::new()).unwrap();
        let of = |name| learned.contains(notes.source(name).unwrap(), digest);
        assert_eq!(["own", "sister", "inside"].map(of), [true, goes, false], "{footer}");
    }
}

#[test]
fn sub_heads_questions_refrains_and_code_stay() {
    let lines = [
        "Conclusion",
        "What the council decided",
        "What did you learn from the ferry, and what would you do again in another town",
        "```",
        "}",
        "* * *",
        "Oh the salt, the salt of Larsa!",
    ];
    for tongue in &TONGUES {
        for pages in [3, 12, 200] {
            let made = source(tongue, pages, |number, story| {
                let question = format!("{}?", lines[2]);
                story.insert(story.len() - 1, lines[0].to_owned());
                story.insert(2, lines[1].to_owned());
                story.insert(2, question);
                for line in [lines[3], lines[4], lines[5]] {
                    story.insert(1, line.to_owned());
                    story.push(line.to_owned());
                }
                // A refrain comes again between the verses.
                if number % 3 == 0 {
                    story.insert(2, lines[6].to_owned());
                    story.insert(1, lines[6].to_owned());
                    story.push(lines[6].to_owned());
                }
            });
            check(&made, &[]);
        }
    }
}

#[test]
fn a_first_sub_head_stays_and_a_menu_goes() {
    let menu = ["Home", "News", "Harbour", "Weather", "Letters", "Archive"];
    for pages in [3, 12, 200] {
        let made = source(&TONGUES[0], pages, |number, story| {
            story.insert(0, "Introduction".to_owned());
            let teaser = format!("Another story that is told elsewhere, number {number} of many.");
            story.insert(0, teaser);
            for line in menu.iter().rev() {
                story.insert(0, (*line).to_owned());
            }
        });
        check(&made, &menu);
    }
}

#[test]
fn an_article_saved_often_is_no_boilerplate() {
    let footer = TONGUES[0].footers[0];
    for pages in [12, 60] {
        let mut made = source(&TONGUES[0], pages, |_, story| story.push(footer.to_owned()));
        let saved = made[1].clone();
        for copy in 0..pages / 2 {
            // As it was; under another title; and a later version, in which one paragraph changed.
            let mut later = saved.clone();
            made.push(later.clone());
            later.title = format!("Another title {copy}");
            made.push(later.clone());
            let changed = copy % (later.paragraphs.len() - 1);
            later.paragraphs[changed] =
                format!("The council changed its mind for the {copy}th time.");
            made.push(later);
        }
        check(&made, &[footer]);
    }
}

#[test]
fn versions_of_one_story_alone_teach_nothing() {
    for versions in [3, 5, 9, 12, 40] {
        let story = TONGUES[0].story(&mut Dice(7), 7);
        for same_title in [true, false] {
            let made: Vec<Page> = (0..versions)
                .map(|version| {
                    let mut story = story.clone();
                    let at = version % story.len();
                    story[at] = format!("At noon the council met for the {version}th time.");
                    let title = if same_title { 0 } else { version };
                    page("live.example", &format!("Live {title}"), story)
                })
                .collect();
            check(&made, &[]);
        }
    }
}

#[test]
fn a_line_with_changing_dates_is_one_line() {
    let months = ["January", "February", "March", "May", "October"];
    for pages in [20, 300] {
        let made = source(&TONGUES[0], pages, |number, story| {
            let (day, month) = (number % 28 + 1, months[number % 5]);
            story.push(format!(
                "Last changed by the night desk on {day} {month} {}",
                1990 + number % 30
            ));
        });
        let all: BTreeSet<&str> =
            made.iter().map(|page| page.paragraphs.last().unwrap().as_str()).collect();
        assert_eq!(learned(&made), all);
        let made = source(&TONGUES[0], pages, |number, story| {
            story.insert(0, format!("{} hours ago", number % 23 + 2));
            story.insert(0, "The Courier of Oldhaven, printed by the bakers.".to_owned());
            story.insert(2, "A word from the bakers who print the Courier of Oldhaven.".to_owned());
        });
        let found = learned(&made);
        assert!(found.contains("7 hours ago") && found.contains("20 hours ago"), "{found:?}");
    }
}

#[test]
fn what_changes_its_numbers_to_tell_something_stays() {
    let kinds: [fn(usize) -> String; 6] = [
        |n| format!("{}:{:02}", n % 24, n % 60),
        |n| format!("{n}."),
        |n| format!("Oldhaven {} Larsa {}", n % 7, n % 5),
        |n| format!("Salt 1,{:03}.5 +0.{}%", n % 1000, n % 10),
        |n| format!("The sun rises at 6:{:02} on Monday and sets at 8 in the evening.", n % 60),
        |n| format!("{} May {}", n % 31 + 1, 1990 + n % 30),
    ];
    for kind in kinds {
        for pages in [5, 300] {
            check(&source(&TONGUES[0], pages, |number, story| story.push(kind(number))), &[]);
        }
    }
}

#[test]
fn three_files_of_a_folder_with_one_sentence_keep_it() {
    let shared = "The crews said on Tuesday that they would not sail before Friday.";
    for pages in [3, 4] {
        let made = source(&TONGUES[0], pages, |_, story| story.push(shared.to_owned()));
        let folder: Vec<Page> =
            made.into_iter().map(|page| Page { named: false, ..page }).collect();
        check(&folder, &[]);
    }
    // In different places it stays even where a publisher is named.
    let made = source(&TONGUES[0], 3, |number, story| {
        let place = [0, story.len(), 2][number % 3];
        story.insert(place, shared.to_owned());
    });
    check(&made, &[]);
}

#[test]
fn publishers_in_one_folder_are_told_apart() {
    let mut pages = Vec::new();
    let mut expected = Vec::new();
    for (paper, tongue) in TONGUES.iter().enumerate() {
        let [middle, tail] = tongue.footers;
        let rare: &'static str = [
            "Rare words of the first paper are printed here now and then.",
            "Of the second paper there are rare words as well, now and then.",
            "A third paper prints its rare words only once in a while.",
            "Once in a while the fourth paper prints some rare words.",
            "Rare are the words that the fifth paper prints at the end.",
            "The sixth paper is the last that prints rare words of its own.",
        ][paper];
        expected.extend([middle, tail, rare]);
        pages.extend(source(tongue, 200, |number, story| {
            story.insert(2, middle.to_owned());
            if number % 25 == 0 {
                story.push(rare.to_owned());
            }
            story.push(tail.to_owned());
        }));
    }
    for page in &mut pages {
        (page.source, page.named) = ("dump", false);
    }
    check(&pages, &expected);
}

#[test]
fn notes_take_nine_bytes_a_paragraph() {
    let pages = source(&TONGUES[0], 1_000, |_, story| story.push("The end of it.".to_owned()));
    let paragraphs: usize = pages.iter().map(|page| page.paragraphs.len()).sum();
    assert!(learner(&pages).bytes() <= paragraphs * 9 + pages.len() * 24);
}

/// Sources of which something is to be learned, with copies and versions among their articles.
fn pages() -> impl Strategy<Value = Vec<Page>> {
    let papers = ["a.example", "b.example", "folder"];
    let one = (0..3_usize, 0..6_usize, 0..4_usize, 0..3_usize, 0..100_usize);
    prop::collection::vec(one, 0..80).prop_map(move |all| {
        let made = all.iter().map(|&(source, number, version, furniture, rare)| {
            let tongue = &TONGUES[source];
            let mut story = tongue.story(&mut Dice(number as u64), number);
            story.truncate(4);
            if version > 1 {
                story[version - 1] = format!("Version {version} of {number}, and {rare} more.");
            }
            if let Some(place) = story.len().checked_div(furniture) {
                story.insert(place, tongue.footers[0].to_owned());
                story.push(tongue.footers[1].to_owned());
                story.push(format!("Updated {} May 2023 by the desk", rare % 28 + 1));
            }
            let named = papers[source] != "folder";
            Page { named, ..page(papers[source], &format!("{number}"), story) }
        });
        made.collect()
    })
}

fn rows(learned: &Learned) -> String {
    format!("{:?}", learned.rows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Two learners add up to one, however the articles are shared among them and in any order.
    #[test]
    fn learning_adds_up(some in pages(), turn in 0..99_usize, cut in 0..99_usize, odd: bool) {
        let [always, _] = TONGUES[0].footers;
        let mut all = source(&TONGUES[0], 12, |_, story| story.push(always.to_owned()));
        all.extend(some);
        let whole = learner(&all).counted(u64::MAX).learned();
        prop_assert!(!whole.is_empty());
        let mut turned = all.clone();
        turned.rotate_left(turn.min(all.len()));
        if odd {
            turned.reverse();
        }
        let (first, second) = turned.split_at(cut.min(turned.len()));
        let mut one = learner(first);
        one.merge(&learner(second));
        prop_assert_eq!(rows(&whole), rows(&one.counted(700).learned()));
        let mut one = Learner::default();
        one.merge_first(&learner(&turned), first.len());
        one.merge(&learner(second));
        prop_assert_eq!(rows(&whole), rows(&one.counted(u64::MAX).learned()));
        // And grouped otherwise.
        let thirds: Vec<Learner> = turned.chunks(turned.len() / 3 + 1).map(learner).collect();
        let mut right = Learner::default();
        for part in thirds.iter().rev() {
            let mut with = part.clone();
            with.merge(&right);
            right = with;
        }
        prop_assert_eq!(rows(&whole), rows(&right.counted(1).learned()));
    }
}
