//! Which articles of a source are copies or versions of each other by their paragraphs, so that each
//! story counts once.

use super::marks::Marks;
use super::recurring::Counted;
use super::{Learner, SourceId};

/// A paragraph in this share of a source's articles, in percent, says nothing of a story, unless hardly
/// anything else stands beside it. Versions of one story seldom make up so much of a source.
const EVERYWHERE_PERCENT: u64 = 60;
/// In a source of fewer articles it must be in every one.
const EVERYWHERE_ARTICLES: u32 = 10;
/// An article in which this share of the text, in percent, stands nowhere else has something of its
/// own to say.
const OWN_PERCENT: u64 = 10;
/// The same for an article whose title an earlier one has, too, and in a source of few articles, where
/// three versions of one story look like three pages with much furniture.
const OWN_DOUBT_PERCENT: u64 = 50;
/// An article with more of its own than the higher share is compared with none for its text.
const _: () = assert!(OWN_PERCENT <= OWN_DOUBT_PERCENT);

/// The stories of a source.
pub(super) struct Distinct {
    /// For each article the one that stands for its story.
    pub(super) story: Vec<u32>,
    /// Whether an article is looked at. Of several that hold the same paragraphs one is.
    pub(super) looked_at: Vec<bool>,
    /// Stories by source.
    pub(super) stories: Vec<u32>,
}

/// Takes copies together.
///
/// Articles are taken in an order that their paragraphs give, and each is compared with the one
/// article that was first to hold most of its paragraphs.
pub(super) fn distinct(counted: &Counted) -> Distinct {
    let notes = counted.notes;
    // What is sorted by stands beside the article: looked up, it would be waited for at each comparison.
    let ranked = (0_u32..).zip(&notes.articles);
    let mut ranked: Vec<(SourceId, u64, u32)> =
        ranked.map(|(article, noted)| (noted.source, identity(notes, article), article)).collect();
    ranked.sort_unstable_by(|a, b| {
        let title = |article: u32| notes.articles[article as usize].title;
        (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| (title(a.2), a.2).cmp(&(title(b.2), b.2)))
    });
    let (mut parent, mut turns) = (vec![NONE; ranked.len()], vec![NONE; ranked.len()]);
    let (mut order, mut of_source) = (Vec::new(), vec![0; notes.sources.len()]);
    for same in ranked.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let (source, .., first) = same[0];
        turns[first as usize] = u32::try_from(order.len()).unwrap_or(NONE);
        order.push(first);
        of_source[source.0 as usize] += 1;
        for &(.., copy) in same {
            parent[copy as usize] = first;
        }
    }
    drop(ranked);
    let met = vec![Met { first: NONE, last: NONE, articles: 0 }; counted.groups.len()];
    let own = vec![0; notes.articles.len()];
    let mut stories = Stories { counted, parent, order, turns, of_source, met, own };
    // What needs no order is done in that of memory.
    let articles = || (0_u32..).take(notes.articles.len());
    articles().for_each(|article| stories.count(article));
    let mut shared = Vec::new();
    let mut turns: Vec<u32> =
        articles().filter_map(|article| stories.weigh(article, &mut shared)).collect();
    turns.sort_unstable();
    for turn in turns {
        stories.compare(stories.order[turn as usize], &mut shared);
    }
    let mut found = Distinct {
        story: articles().map(|article| stories.find(article)).collect(),
        looked_at: stories.turns.iter().map(|turn| *turn != NONE).collect(),
        stories: vec![0; notes.sources.len()],
    };
    for (index, story) in found.story.iter_mut().enumerate() {
        if *story as usize == index {
            found.stories[notes.articles[index].source.0 as usize] += 1;
        }
    }
    found
}

const NONE: u32 = u32::MAX;

/// Equal for articles with the same paragraphs, which look the same.
fn identity(notes: &Learner, article: u32) -> u64 {
    let entries = notes.entries(article as usize);
    let both = notes.keys[entries.clone()].iter().zip(&notes.marks[entries.clone()]);
    // An odd factor makes the order count; the keys are hashes already.
    both.fold(entries.len() as u64, |all, (key, marks)| {
        (all.rotate_left(23) ^ key ^ marks.bits()).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    })
}

/// Where a group was met: together, as they are asked for together.
#[derive(Clone, Copy)]
struct Met {
    /// The turn of the first article, in the order of comparing, that holds it.
    first: u32,
    /// The last article that it was met in.
    last: u32,
    /// How many articles that are looked at hold it.
    articles: u32,
}

struct Stories<'a> {
    counted: &'a Counted<'a>,
    parent: Vec<u32>,
    /// The articles that are looked at, in the order of comparing.
    order: Vec<u32>,
    /// For each article its place in that order; [`NONE`] for one that is not looked at.
    turns: Vec<u32>,
    /// How many articles of each source are looked at.
    of_source: Vec<u32>,
    /// For each group.
    met: Vec<Met>,
    /// For each article its paragraphs that are not everywhere.
    own: Vec<u32>,
}

/// A paragraph that an article shares with one that comes before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shared {
    /// The story of that article; before that is known, the article's turn.
    story: u32,
    /// Whether it is not everywhere.
    telling: bool,
    bytes: u64,
}

/// How much of an article tells of its story: paragraphs that are not everywhere, and the bytes of all, and of
/// those that stand nowhere else.
#[derive(Default)]
struct Weight {
    own: u32,
    bytes: u64,
    own_bytes: u64,
}

impl Weight {
    /// Whether what stands nowhere else is no more than this share of the article, in percent.
    fn is_own_at_most(&self, percent: u64) -> bool {
        self.own_bytes * 100 <= self.bytes * percent
    }
}

impl Stories<'_> {
    fn find(&mut self, mut article: u32) -> u32 {
        while self.parent[article as usize] != article {
            let up = self.parent[self.parent[article as usize] as usize];
            self.parent[article as usize] = up;
            article = up;
        }
        article
    }

    /// Counts the paragraphs of an article that is looked at.
    fn count(&mut self, article: u32) {
        let turn = self.turns[article as usize];
        if turn == NONE {
            return;
        }
        for entry in self.counted.notes.entries(article as usize) {
            let Some(group) = self.counted.group(entry) else { continue };
            let met = &mut self.met[group];
            if met.last != article {
                met.last = article;
                met.articles += 1;
                met.first = met.first.min(turn);
            }
        }
    }

    /// Weighs an article when all are counted; its turn, where it may say the same as one before it.
    fn weigh(&mut self, article: u32, shared: &mut Vec<Shared>) -> Option<u32> {
        let turn = self.turns[article as usize];
        if turn == NONE {
            return None;
        }
        let weight = self.read(article, shared);
        self.own[article as usize] = weight.own;
        let may_say = |shared: &Shared| shared.telling || weight.is_own_at_most(OWN_DOUBT_PERCENT);
        shared.iter().any(may_say).then_some(turn)
    }

    /// Reads what an article shares with those before it.
    fn read(&self, article: u32, shared: &mut Vec<Shared>) -> Weight {
        let notes = self.counted.notes;
        let all = self.of_source[notes.articles[article as usize].source.0 as usize];
        // Menus and sub-heads tell no stories, where there is prose.
        let tells = {
            let marks = || notes.marks[notes.entries(article as usize)].iter();
            let prose = marks().any(|marks| !marks.is_heading());
            move |marks: Marks| !(marks.is_template() || prose && marks.is_heading())
        };
        let mut weight = Weight::default();
        shared.clear();
        for entry in notes.entries(article as usize) {
            let marks = notes.marks[entry];
            if !tells(marks) {
                continue;
            }
            let bytes = marks.bytes();
            weight.bytes += bytes;
            let met = self.counted.group(entry).map(|group| self.met[group]);
            let Some(Met { first, articles, .. }) = met.filter(|met| met.articles > 1) else {
                weight.own += 1;
                weight.own_bytes += bytes;
                continue;
            };
            let is_everywhere = if all < EVERYWHERE_ARTICLES {
                articles == all && all > 2
            } else {
                u64::from(articles) * 100 >= u64::from(all) * EVERYWHERE_PERCENT
            };
            let telling = !is_everywhere;
            weight.own += u32::from(telling);
            if first != self.turns[article as usize] {
                shared.push(Shared { story: first, telling, bytes });
            }
        }
        weight
    }

    /// Takes an article together with the one it says the same as.
    fn compare(&mut self, article: u32, shared: &mut Vec<Shared>) {
        let notes = self.counted.notes;
        let weight = self.read(article, shared);
        for shared in &mut *shared {
            shared.story = self.find(self.order[shared.story as usize]);
        }
        shared.sort_unstable();
        // The story that most of it stands in: by paragraphs that tell stories apart, and by all.
        let votes = shared.chunk_by(|a, b| a.story == b.story).map(|of_story| {
            let telling = of_story.iter().filter(|shared| shared.telling).count();
            (telling, of_story.iter().map(|shared| shared.bytes).sum::<u64>(), of_story[0].story)
        });
        let best =
            votes.max_by_key(|&(telling, size, story)| (telling, size, identity(notes, story)));
        let Some((telling, size, story)) = best else { return };
        let most = weight.own.min(self.own[story as usize]) as usize;
        let title = |article: u32| notes.articles[article as usize].title;
        let same_title = title(article) != 0 && title(article) == title(story);
        let source = notes.articles[article as usize].source;
        let few = self.of_source[source.0 as usize] < EVERYWHERE_ARTICLES;
        let own_most = if few || same_title { OWN_DOUBT_PERCENT } else { OWN_PERCENT };
        let says_the_same = telling * 2 > most && telling > 0;
        let says_nothing_new =
            weight.is_own_at_most(own_most) && size * 2 > weight.bytes - weight.own_bytes;
        if says_the_same || says_nothing_new {
            self.parent[article as usize] = story;
        }
    }
}
