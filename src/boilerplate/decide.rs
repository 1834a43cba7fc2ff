//! The rule: what a paragraph's recurrence, its places and its neighbours say.
//!
//! Every number here is argued for in `docs/boilerplate.md`, with the command that measured it.

use hashbrown::HashSet;

use super::copies::Distinct;
use super::recurring::{ALONE, Counted, Group, Member};
use super::{Key, Learned, LearnedRow};

/// A source with fewer stories than this is small: shares of it say little.
const SMALL_STORIES: u32 = 10;
/// In a small source a paragraph stands in at least so many stories, in `SMALL_PERCENT` of all, and
/// always at the same edge.
const SMALL_LEAST: u32 = 3;
/// The same when only a folder's name says that the articles have one publisher: a folder may hold
/// three files on one subject.
const SMALL_FOLDER_LEAST: u32 = 5;
const SMALL_PERCENT: u64 = 67;
/// Share of a source's stories from which a paragraph is common, in percent.
const COMMON_PERCENT: u64 = 30;
/// Share from which it need not be the source's own: the furniture of sister papers, of one program
/// that makes their pages.
const COMMON_ANYONE_PERCENT: u64 = 60;
/// Share from which a paragraph at the edges counts, in percent.
const RARE_PERCENT: u64 = 2;
/// Fewer stories than this make no paragraph boilerplate, of however few.
const LEAST: u32 = 4;
/// The same for one at the very end that says where to write to or call, with furniture behind it.
const CONTACT_LEAST: u32 = 2;
/// So many stories suffice, of however many, when the edge is as sure as `STEADY_EDGE_PERCENT`.
const STEADY_LEAST: u32 = 50;
/// Share of a source's stories for a line with a changing date, in percent.
const TEMPLATE_PERCENT: u64 = 10;

/// Share of its articles in which a common paragraph stands at an edge, in percent; else it may be a
/// sub-head.
const COMMON_EDGE_PERCENT: u64 = 70;
/// The same of a rare paragraph. The sentences that reporters use again and again end an article, too.
const RARE_EDGE_PERCENT: u64 = 80;
const TEMPLATE_EDGE_PERCENT: u64 = 90;
const STEADY_EDGE_PERCENT: u64 = 95;
/// Share of its appearances in this one source, in percent. What many sources print is part of their
/// stories.
const OWN_PERCENT: u64 = 60;
/// Share of its articles in which a paragraph may stand more than once inside, in percent: more is a
/// refrain.
const AGAIN_PERCENT: u64 = 5;
/// So many lines in a row that recur together are a menu: a sub-head that recurs has text under it.
const COMPANY_LINES: usize = 5;
/// Share of its articles in which such a line stands among as many, in percent.
const COMPANY_PERCENT: u64 = 90;
/// Short lines of an article's own that may stand between a paragraph and the edge: a date, tags.
const LABELS_OUTSIDE: u32 = 2;

/// Least stories of a house, and the share of a paragraph's articles that one house must hold.
const HOUSE_LEAST: u32 = 10;
const HOUSE_PERCENT: u64 = 90;
/// A paragraph in more of its source than this is no house of its own in it.
const HOUSE_MOST_PERCENT: u64 = 50;

/// Rounds after which what still changes is left as it is. Furniture three layers deep needs three.
const ROUNDS_MAX: usize = 8;

/// What is boilerplate of whom.
pub(super) fn learned(counted: &Counted, distinct: &Distinct) -> Learned {
    let mut rule = Rule::new(counted, distinct);
    rule.settle();
    if rule.find_houses() {
        rule.settle();
    }
    if rule.find_guests() {
        rule.settle();
    }
    rule.learned()
}

/// Where a paragraph stands, over the articles that hold it.
#[derive(Clone, Copy, Debug, Default)]
struct Places {
    articles: u32,
    /// Nothing of the article's own stands before it, or behind it.
    head: u32,
    tail: u32,
    /// The very end of what is the article's own, and furniture stands behind it.
    outside: u32,
    /// It stands more than once inside.
    again: u32,
    /// It stands in a row of lines that all recur.
    company: u32,
}

struct Rule<'a> {
    counted: &'a Counted<'a>,
    distinct: &'a Distinct,
    /// For each group, in how many stories it stands, of how many.
    stories: Vec<u32>,
    of: Vec<u32>,
    /// For each template, whether lines with several dates have it.
    varies: Vec<bool>,
    /// For each group, whether it is the furniture of another source that says where to find it.
    guest: Vec<bool>,
    chosen: Vec<bool>,
    places: Vec<Places>,
}

impl<'a> Rule<'a> {
    fn new(counted: &'a Counted<'a>, distinct: &'a Distinct) -> Rule<'a> {
        let mut rule = Rule {
            counted,
            distinct,
            stories: Vec::with_capacity(counted.groups.len()),
            of: Vec::with_capacity(counted.groups.len()),
            varies: Vec::with_capacity(counted.groups.len()),
            guest: vec![false; counted.groups.len()],
            chosen: Vec::new(),
            places: Vec::new(),
        };
        let mut stories = Vec::new();
        for group in &counted.groups {
            let members = &counted.members[group.start..group.end];
            stories.clear();
            stories.extend(members.iter().map(|member| distinct.story[member.article as usize]));
            stories.sort_unstable();
            stories.dedup();
            rule.stories.push(u32::try_from(stories.len()).unwrap_or(u32::MAX));
            rule.of.push(distinct.stories[group.source.0 as usize]);
            // The line itself stands right before its template in the notes.
            let line = |member: Member| {
                let entry = member.entry(counted.notes);
                entry.checked_sub(1).map(|before| counted.notes.keys[before])
            };
            rule.varies.push(
                group.marks.is_template()
                    && members.iter().any(|&member| line(member) != line(members[0])),
            );
        }
        rule
    }

    /// Chooses all paragraphs that recur enough, and leaves out those that are not where they should
    /// be among the others, until none is. So furniture may stand behind furniture.
    fn settle(&mut self) {
        self.chosen = (0..self.counted.groups.len()).map(|group| self.recurs(group)).collect();
        for _ in 0..ROUNDS_MAX {
            self.place();
            let mut same = true;
            for group in 0..self.chosen.len() {
                let stays = self.chosen[group] && self.is_placed(group);
                same &= stays == self.chosen[group];
                self.chosen[group] = stays;
            }
            if same {
                break;
            }
        }
    }

    /// Whether a paragraph recurs enough to be boilerplate in any place.
    fn recurs(&self, group: usize) -> bool {
        let facts = self.facts(group);
        facts.words
            && (facts.is_small_common()
                || facts.is_common()
                || facts.is_rare()
                || facts.is_contact()
                || facts.is_dated())
    }

    /// Whether a paragraph stands where boilerplate does.
    fn is_placed(&self, group: usize) -> bool {
        let (facts, places) = (self.facts(group), &self.places[group]);
        let edge = u64::from(places.head.max(places.tail));
        let articles = u64::from(places.articles);
        let at_edge = |percent: u64| articles > 0 && edge * 100 >= articles * percent;
        let inside = facts.own
            && !facts.heading
            && !facts.template
            && u64::from(places.again) * 100 <= articles * AGAIN_PERCENT;
        let company = u64::from(places.company) * 100 >= articles * COMPANY_PERCENT && articles > 0;
        let steady = facts.stories >= STEADY_LEAST && at_edge(STEADY_EDGE_PERCENT);
        let sure = if facts.guest { STEADY_EDGE_PERCENT } else { RARE_EDGE_PERCENT };
        let rare = facts.share(RARE_PERCENT) && facts.stories >= LEAST && at_edge(sure);
        facts.is_small_common() && (at_edge(100) || company && facts.named)
            || facts.is_common() && facts.share(COMMON_ANYONE_PERCENT) && company
            || facts.is_common() && (inside || at_edge(COMMON_EDGE_PERCENT))
            || facts.is_rare() && (rare || steady)
            || facts.is_contact() && places.outside == places.articles
            || facts.is_dated() && at_edge(TEMPLATE_EDGE_PERCENT)
    }

    fn facts(&self, group: usize) -> Facts {
        let Group { source, marks, here, everywhere, .. } = self.counted.groups[group];
        let template = marks.is_template();
        Facts {
            stories: self.stories[group],
            of: self.of[group],
            named: self.counted.notes.sources[source.0 as usize].named,
            own: u64::from(here) * 100 >= u64::from(everywhere) * OWN_PERCENT,
            guest: self.guest[group],
            only_here: here == everywhere,
            heading: marks.is_heading(),
            words: marks.has_words(),
            contact: marks.has_contact() && !template,
            template,
            varies: self.varies[group],
        }
    }

    /// Finds the places of all that is chosen.
    fn place(&mut self) {
        self.places.clear();
        self.places.resize(self.counted.groups.len(), Places::default());
        let mut lines = Vec::new();
        let mut found = Vec::new();
        // Behind all groups stands one that is not chosen, for what is in none.
        let mut chosen = self.chosen.clone();
        chosen.push(false);
        let looked_at = self.distinct.looked_at.iter().enumerate();
        for (article, _) in looked_at.filter(|(_, looked_at)| **looked_at) {
            self.read(article, &chosen, &mut lines);
            place_lines(&lines, &mut found);
            found.sort_unstable_by_key(|place: &Place| place.group);
            for same in found.chunk_by(|a, b| a.group == b.group) {
                let places = &mut self.places[same[0].group as usize];
                let all = |is: fn(&Place) -> bool| u32::from(same.iter().all(is));
                places.articles += 1;
                places.head += all(|place| place.head);
                places.tail += all(|place| place.tail);
                places.outside += all(|place| place.outside);
                places.company += all(|place| place.company);
                let inside = same.iter().filter(|place| !place.head && !place.tail).count();
                places.again += u32::from(inside > 1);
            }
        }
    }

    /// The lines of an article, each with what is chosen of it.
    fn read(&self, article: usize, chosen: &[bool], lines: &mut Vec<Line>) {
        lines.clear();
        let notes = self.counted.notes;
        for entry in notes.entries(article) {
            let group = self.counted.group_of[entry];
            let chosen = chosen[(group as usize).min(chosen.len() - 1)];
            let chosen = if chosen { group } else { ALONE };
            let marks = notes.marks[entry];
            match lines.last_mut().filter(|_| marks.is_template()) {
                Some(line) => line.template = chosen,
                None => lines.push(Line {
                    exact: chosen,
                    template: ALONE,
                    heading: marks.is_heading(),
                    code: marks.is_code(),
                }),
            }
        }
    }

    /// Houses: where a folder or a feed mixes publishers, the articles that share a chosen paragraph.
    /// A paragraph that stands in one house alone is measured by that house. Returns whether any is.
    fn find_houses(&mut self) -> bool {
        let counted = self.counted;
        let is_house = |group: usize| {
            let Facts { stories, of, heading, template, .. } = self.facts(group);
            self.chosen[group]
                && !heading
                && !template
                && stories >= HOUSE_LEAST
                && u64::from(stories) * 100 < u64::from(of) * HOUSE_MOST_PERCENT
        };
        let mut house_of = vec![ALONE; counted.notes.articles.len()];
        for house in (0..counted.groups.len()).filter(|&group| is_house(group)) {
            let size =
                |group: u32| (self.stories[group as usize], counted.groups[group as usize].key);
            let number = u32::try_from(house).unwrap_or(ALONE);
            let group = &counted.groups[house];
            for member in &counted.members[group.start..group.end] {
                let old = &mut house_of[member.article as usize];
                if *old == ALONE || size(*old) < size(number) {
                    *old = number;
                }
            }
        }
        let mut any = false;
        let mut houses = Vec::new();
        for (index, group) in counted.groups.iter().enumerate() {
            let members = &counted.members[group.start..group.end];
            houses.clear();
            houses.extend(members.iter().map(|member| house_of[member.article as usize]));
            houses.sort_unstable();
            let most = houses.chunk_by(|a, b| a == b).max_by_key(|same| same.len());
            let Some(most) = most.filter(|most| most[0] != ALONE) else { continue };
            let house = most[0] as usize;
            if house != index && most.len() as u64 * 100 >= houses.len() as u64 * HOUSE_PERCENT {
                self.of[index] = self.stories[house];
                any = true;
            }
        }
        any
    }

    /// Finds the furniture of one source in others: channels of one house post each other's stories with
    /// all that stands under them. Only of lines with an address, for a formula that is at the edge in one
    /// paper may be so in another's stories. Returns whether there is any.
    fn find_guests(&mut self) -> bool {
        let groups = &self.counted.groups;
        let chosen = groups.iter().zip(&self.chosen).filter(|(_, chosen)| **chosen);
        let known: HashSet<Key> = chosen.map(|(group, _)| group.key).collect();
        let is_guest = |(index, group): (usize, &Group)| {
            let facts = self.facts(index);
            !facts.own && facts.contact && known.contains(&group.key)
        };
        self.guest = groups.iter().enumerate().map(is_guest).collect();
        self.guest.contains(&true)
    }

    fn learned(&self) -> Learned {
        let counted = self.counted;
        let (mut learned, mut all) = (Learned::default(), HashSet::new());
        for (index, group) in counted.groups.iter().enumerate().filter(|(i, _)| self.chosen[*i]) {
            let template = group.marks.is_template();
            let mut keys: Vec<Key> = if template {
                let members = &counted.members[group.start..group.end];
                let line = |member: &Member| counted.notes.keys[member.entry(counted.notes) - 1];
                members.iter().map(line).collect()
            } else {
                vec![group.key]
            };
            keys.sort_unstable();
            keys.dedup();
            all.extend(keys.iter().map(|key| (group.source, *key)));
            learned.rows.push(LearnedRow {
                source: counted.notes.sources[group.source.0 as usize].name.clone(),
                keys,
                stories: self.stories[index],
                articles: group.here,
                template,
            });
        }
        learned.enter(all);
        learned.rows.sort_unstable_by(|a, b| (&a.source, &a.keys).cmp(&(&b.source, &b.keys)));
        learned
    }
}

/// What is known of a paragraph before its places.
#[expect(clippy::struct_excessive_bools, reason = "they are facts, not states")]
struct Facts {
    stories: u32,
    of: u32,
    named: bool,
    own: bool,
    guest: bool,
    only_here: bool,
    heading: bool,
    words: bool,
    contact: bool,
    template: bool,
    varies: bool,
}

impl Facts {
    fn share(&self, percent: u64) -> bool {
        u64::from(self.stories) * 100 >= u64::from(self.of) * percent
    }

    fn is_small(&self) -> bool {
        self.of < SMALL_STORIES
    }

    /// In a small source: nearly everywhere.
    fn is_small_common(&self) -> bool {
        let least = if self.named { SMALL_LEAST } else { SMALL_FOLDER_LEAST };
        let stays = !self.template || self.varies;
        let enough = self.stories >= least && self.share(SMALL_PERCENT);
        self.is_small() && stays && self.own && enough
    }

    /// On so many pages that it may stand anywhere in them.
    fn is_common(&self) -> bool {
        let own = self.own || self.share(COMMON_ANYONE_PERCENT);
        let enough = self.stories >= LEAST && self.share(COMMON_PERCENT);
        !self.is_small() && !self.template && own && enough
    }

    /// On some pages, and more than a heading.
    fn is_rare(&self) -> bool {
        let enough =
            self.stories >= LEAST && self.share(RARE_PERCENT) || self.stories >= STEADY_LEAST;
        let own = self.own || self.guest;
        !self.is_small() && !self.template && !self.heading && own && enough
    }

    /// On few pages, and says where to write to.
    fn is_contact(&self) -> bool {
        let enough = self.stories >= CONTACT_LEAST && self.share(RARE_PERCENT);
        !self.is_small() && !self.heading && self.contact && self.only_here && enough
    }

    /// The same line with other dates.
    fn is_dated(&self) -> bool {
        let enough = self.stories >= LEAST && self.share(TEMPLATE_PERCENT);
        !self.is_small() && self.template && self.varies && self.own && enough
    }
}

/// One paragraph of an article: its group and that of its template, where they are chosen.
struct Line {
    exact: u32,
    template: u32,
    heading: bool,
    code: bool,
}

/// One place of a group in an article.
#[expect(clippy::struct_excessive_bools, reason = "they are facts, not states")]
struct Place {
    group: u32,
    head: bool,
    tail: bool,
    outside: bool,
    company: bool,
}

/// Finds in which places of an article each chosen group stands.
fn place_lines(lines: &[Line], found: &mut Vec<Place>) {
    found.clear();
    // No jumps where lines are of this kind and that, which would be hard to predict. All bits of ALONE are set.
    let is_chosen = |line: &Line| line.exact & line.template != ALONE;
    // What is the article's own on either side: paragraphs and short lines.
    let count = |own: &mut [u32; 2], line: &Line| {
        let own_line = u32::from(!is_chosen(line));
        let heading = own_line * u32::from(line.heading);
        *own = [own[0] + own_line - heading, own[1] + heading];
    };
    let mut behind = [0, 0];
    for line in lines {
        count(&mut behind, line);
    }
    let all = behind;
    let mut before = [0, 0];
    let mut company = 0..0;
    let is_company = |line: &Line| line.exact != ALONE && !line.code;
    for (index, line) in lines.iter().enumerate() {
        if is_chosen(line) {
            if index >= company.end {
                let row = lines[index..].iter().take_while(|line| is_company(line)).count();
                company = index..index + row.max(1);
            }
            let behind = [all[0] - before[0], all[1] - before[1]];
            let is_next = |next: Option<&Line>| next.is_some_and(is_chosen);
            let most = if line.heading { 0 } else { LABELS_OUTSIDE };
            let is_edge = |own: [u32; 2]| own[0] == 0 && own[1] <= most;
            // A short line between furniture and text may be the text's first heading. Behind the
            // text there is nothing to be the heading of.
            let head = is_edge(before) && (!line.heading || is_next(lines.get(index + 1)));
            let tail = is_edge(behind);
            let outside = behind == [0, 0] && is_next(lines.get(index + 1));
            for group in [line.exact, line.template].into_iter().filter(|group| *group != ALONE) {
                found.push(Place {
                    group,
                    head,
                    tail,
                    outside,
                    company: company.len() >= COMPANY_LINES,
                });
            }
        }
        count(&mut before, line);
    }
}
