//! Which articles of a source are copies or versions of each other by their paragraphs, so that each
//! story counts once.

use super::Learner;
use super::marks::Marks;
use super::recurring::Counted;

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
    let identities: Vec<u64> =
        (0..notes.articles.len()).map(|article| identity(notes, article)).collect();
    let mut order: Vec<u32> = (0..).take(notes.articles.len()).collect();
    let rank = |&article: &u32| {
        let index = article as usize;
        (notes.articles[index].source, identities[index], notes.articles[index].title, article)
    };
    order.sort_unstable_by_key(rank);
    let mut stories = Stories {
        counted,
        identities: &identities,
        parent: (0..).take(notes.articles.len()).collect(),
        looked_at: vec![false; notes.articles.len()],
        met: vec![Met { first: NONE, last: NONE, articles: 0 }; counted.groups.len()],
        own: vec![0; notes.articles.len()],
    };
    for same in order.chunk_by(|&a, &b| {
        let (a, b) = (a as usize, b as usize);
        notes.articles[a].source == notes.articles[b].source && identities[a] == identities[b]
    }) {
        stories.looked_at[same[0] as usize] = true;
        for &copy in same {
            stories.parent[copy as usize] = same[0];
        }
    }
    order.retain(|&article| stories.looked_at[article as usize]);
    let mut of_source = vec![0; notes.sources.len()];
    for &article in &order {
        of_source[notes.articles[article as usize].source.0 as usize] += 1;
        stories.count(article);
    }
    for &article in &order {
        let all = of_source[notes.articles[article as usize].source.0 as usize];
        stories.compare(article, all);
    }
    let mut found = Distinct {
        story: (0..).take(notes.articles.len()).map(|article| stories.find(article)).collect(),
        looked_at: stories.looked_at,
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
fn identity(notes: &Learner, article: usize) -> u64 {
    let entries = notes.entries(article);
    let both = notes.keys[entries.clone()].iter().zip(&notes.marks[entries.clone()]);
    // An odd factor makes the order count; the keys are hashes already.
    both.fold(entries.len() as u64, |all, (key, marks)| {
        (all.rotate_left(23) ^ key ^ marks.bits()).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    })
}

/// Where a group was met: together, as they are asked for together.
#[derive(Clone, Copy)]
struct Met {
    /// The first article, in the order of comparing, that holds it.
    first: u32,
    /// The last article that it was met in.
    last: u32,
    /// How many articles that are looked at hold it.
    articles: u32,
}

struct Stories<'a> {
    counted: &'a Counted<'a>,
    identities: &'a [u64],
    parent: Vec<u32>,
    looked_at: Vec<bool>,
    /// For each group.
    met: Vec<Met>,
    /// For each article its paragraphs that are not everywhere; known once it was compared.
    own: Vec<u32>,
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

    /// Counts the paragraphs of an article.
    fn count(&mut self, article: u32) {
        for entry in self.counted.notes.entries(article as usize) {
            let Some(group) = self.counted.group(entry) else { continue };
            let met = &mut self.met[group];
            if met.last != article {
                met.last = article;
                met.articles += 1;
                if met.first == NONE {
                    met.first = article;
                }
            }
        }
    }

    /// Takes an article together with the one it says the same as, of `all` in its source.
    fn compare(&mut self, article: u32, all: u32) {
        let notes = self.counted.notes;
        let few = all < EVERYWHERE_ARTICLES;
        // Menus and sub-heads tell no stories, where there is prose.
        let tells = {
            let marks = || notes.marks[notes.entries(article as usize)].iter();
            let prose = marks().any(|marks| !marks.is_heading());
            move |marks: Marks| !(marks.is_template() || prose && marks.is_heading())
        };
        let (mut own, mut bytes, mut own_bytes) = (0_u32, 0, 0);
        // The story and size of each shared paragraph, and whether it is not everywhere.
        let mut shared: Vec<(u32, bool, u64)> = Vec::new();
        for entry in notes.entries(article as usize) {
            let marks = notes.marks[entry];
            if !tells(marks) {
                continue;
            }
            bytes += marks.bytes();
            let met = self.counted.group(entry).map(|group| self.met[group]);
            let Some(Met { first, articles, .. }) = met.filter(|met| met.articles > 1) else {
                own += 1;
                own_bytes += marks.bytes();
                continue;
            };
            let is_everywhere = if few {
                articles == all && all > 2
            } else {
                u64::from(articles) * 100 >= u64::from(all) * EVERYWHERE_PERCENT
            };
            own += u32::from(!is_everywhere);
            if first != article {
                let story = self.find(first);
                shared.push((story, !is_everywhere, marks.bytes()));
            }
        }
        self.own[article as usize] = own;
        shared.sort_unstable();
        // The story that most of it stands in: by paragraphs that tell stories apart, and by all.
        let votes = shared.chunk_by(|a, b| a.0 == b.0).map(|of_story| {
            let telling = of_story.iter().filter(|(_, telling, _)| *telling).count();
            (telling, of_story.iter().map(|(_, _, bytes)| *bytes).sum::<u64>(), of_story[0].0)
        });
        let best = votes
            .max_by_key(|&(telling, size, story)| (telling, size, self.identities[story as usize]));
        let Some((telling, size, story)) = best else { return };
        let most = own.min(self.own[story as usize]) as usize;
        let title = |article: u32| notes.articles[article as usize].title;
        let same_title = title(article) != 0 && title(article) == title(story);
        let own_most = if few || same_title { OWN_DOUBT_PERCENT } else { OWN_PERCENT };
        let says_the_same = telling * 2 > most && telling > 0;
        let says_nothing_new = own_bytes * 100 <= bytes * own_most && size * 2 > bytes - own_bytes;
        if says_the_same || says_nothing_new {
            self.parent[article as usize] = story;
        }
    }
}
