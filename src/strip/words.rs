//! The rules that go by words: one for each class of the lexicon.

use super::{Mark, Page, Rule, traits};
use crate::ledger::Reason;
use crate::lexicon::{Hit, Strength};

/// Removes whole lines that the lexicon knows as one class of chrome, as far as their strength
/// allows: some anywhere, some only at the edges of the body, some only beside other chrome.
pub(crate) struct Words {
    name: &'static str,
    reason: &'static [Reason],
    doc: &'static str,
}

impl Rule for Words {
    fn name(&self) -> &'static str {
        self.name
    }

    fn reasons(&self) -> &'static [Reason] {
        self.reason
    }

    fn doc(&self) -> &'static str {
        self.doc
    }

    fn needs(&self) -> u64 {
        traits::class(self.reason[0])
    }

    fn mark(&self, page: &Page, marks: &mut Vec<Mark>) {
        for &i in &page.hits {
            let Some(hit) = &page.facts[i].hit else { continue };
            if hit.reason == self.reason[0] && goes(page, i, *hit) && Some(i) != page.title {
                marks.push(Mark::remove(i, hit.reason));
            }
        }
    }
}

/// Whether a line with this hit goes where it stands.
fn goes(page: &Page, i: usize, hit: Hit) -> bool {
    match hit.strength {
        Strength::Always => true,
        // Above the text, keywords are those of a paper, and nobody signs off.
        Strength::Edge if matches!(hit.reason, Reason::Tags | Reason::WireSignoff) => {
            i >= page.tail || page.has_chrome_beside(i)
        }
        Strength::Edge => page.at_edge(i) || page.has_chrome_beside(i),
        // Between title and body a lone word may be the first sub-head, at the end the last word.
        Strength::Label => {
            let above = page.title.is_some_and(|title| i < title);
            let below = i >= page.tail && page.article.blocks[i].gap > 0 && !page.facts[i].sentence;
            let last = below && page.text(i).chars().count() > 4 && i + 1 == page.len();
            above || last || page.has_chrome_beside(i)
        }
    }
}

macro_rules! words {
    ($(#[doc = $doc:literal])+ $rule:ident, $name:literal, $reason:ident) => {
        $(#[doc = $doc])+
        pub(crate) static $rule: Words = Words {
            name: $name,
            reason: &[Reason::$reason],
            doc: concat!($($doc, "\n"),+),
        };
    };
}

words! {
    /// Share, print, listen and follow bars: `Share on Facebook`, `Print`, `Copy link`.
    ///
    /// Phrases go anywhere: of 2,785 such lines 3 were text. Lone words (`Share`, `Facebook`) go
    /// above the title, below the text, or beside other chrome; alone between paragraphs they are
    /// sub-heads.
    SHARE_BAR, "share-bar", ShareBar
}
words! {
    /// Marks of advertisements: `Advertisement`, `Anzeige`, `Story continues below`.
    ///
    /// Whole lines only; 1 of 273 was text.
    AD_MARKER, "ad-marker", AdMarker
}
words! {
    /// What a page shows in place of a picture or a film: `View image in fullscreen`, `Loading...`.
    ///
    /// Names of drawing layers are among them. 2 of 296 were text. A lone `Video` goes only beside other chrome.
    MEDIA_PLACEHOLDER, "media-placeholder", MediaPlaceholder
}
words! {
    /// Counters and controls of picture galleries: `Image 1 of 23`, `hide caption`.
    ///
    /// A bare `1 / 5` may be a rating and goes only beside other chrome.
    GALLERY_COUNTER, "gallery-counter", GalleryCounter
}
words! {
    /// `5 min read`, above or below the body; 4 of 236 were text, recipe times among them.
    READING_TIME, "reading-time", ReadingTime
}
words! {
    /// Menus and buttons: `Skip to main content`, `Next >`, `Log in`.
    ///
    /// 31 of 7,982 were text, most of them `FAQ` as a sub-head.
    NAV, "nav", Nav
}
words! {
    /// Labels of links to other stories, alone or with a title: `Read more`, `Related: ...`.
    ///
    /// A label alone is text in 6 of 797 cases, a label with a title behind it never in news.
    READ_MORE, "read-more", ReadMore
}
words! {
    /// `Tags:`, `Topics`, `Filed under`, below the body or beside other chrome.
    TAGS, "tags", Tags
}
words! {
    /// Calls to sign up for a newsletter or to join a channel.
    ///
    /// Only lines that start with the call: the bare word is text in 13 of 100 cases. Between
    /// paragraphs they go only beside other chrome.
    NEWSLETTER, "newsletter", Newsletter
}
words! {
    /// Cookie banners and requests to switch on scripts. None of 419 was text.
    COOKIE_BANNER, "cookie-banner", CookieBanner
}
words! {
    /// Comment forms and counts: `Leave a reply`, `14 comments`. None of 136 was text.
    COMMENT_PROMPT, "comment-prompt", CommentPrompt
}
words! {
    /// `Subscribe to continue reading`: the wall before the rest of a story.
    PAYWALL, "paywall", Paywall
}
words! {
    /// Lines of ownership above or below the body: `© 2025 ...`, `All rights reserved.`
    COPYRIGHT, "copyright", Copyright
}
words! {
    /// How a wire story signs off below its text: `(Reporting by ...; Editing by ...)`.
    WIRE_SIGNOFF, "wire-signoff", WireSignoff
}
words! {
    /// Lines drawn with one character: `___`, `* * *`.
    ///
    /// They part scenes or entries and say nothing themselves. A single dash is a cell of a table
    /// and stays. No rule of this kind ever parts two articles.
    SEPARATOR, "separator", Separator
}
words! {
    /// A number with the word that says what it counts: `761 views`.
    COUNT_WORDS, "count-words", CountMarker
}
words! {
    /// A line that is only an address, above or below the body; inside it 46 of 279 were text.
    URL_LINE, "url-line", UrlLine
}
words! {
    /// A picture's file name where its words should be: `387218003.jpg`.
    IMAGE_FILENAME, "image-filename", ImageFilename
}
words! {
    /// Program text left in the page: calls of scripts, notices of errors, empty placeholders.
    SCRIPT_RESIDUE, "script-residue", ScriptResidue
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::super::{RULES, Scratch};
    use super::*;
    use crate::article::{Article, Block, Fields, Span};

    #[test]
    fn a_rule_marks_nothing_on_a_page_without_what_it_needs() {
        let caption = "The mill at the river in the morning after the fire (AP)";
        let glued = "The mill at the river burnt.The mill at the river burnt.";
        let lines = [
            "Business",
            "A mill burns down",
            "Updated 29 December 2019",
            "Share on Facebook",
            "123",
            caption,
            caption,
            "The mill burnt down on Monday.",
            glued,
            "Advertisement",
            "___",
            "Read more",
            "Another mill stands",
        ];
        let block = |(number, line): (usize, &&'static str)| {
            let span = Span { start: 0, end: line.len() };
            Block { text: Cow::Borrowed(*line), span, line: number + 1, gap: 1, indent: 0 }
        };
        let mut found = Vec::new();
        for count in 0..=lines.len() {
            let blocks = lines[..count].iter().enumerate().map(block).collect();
            let fields = Cow::Owned(Fields::default());
            let article = Article { blocks, header_blocks: 0, fields };
            let mut facts = Vec::new();
            let page = Page::read(&article, &mut facts, &mut Scratch::default());
            let has = page.traits();
            for rule in RULES {
                let mut marks = Vec::new();
                rule.mark(&page, &mut marks);
                assert!(marks.is_empty() || rule.needs() & has != 0, "{}: {marks:?}", rule.name());
                if !marks.is_empty() && rule.needs() != traits::ANY {
                    found.push(rule.name());
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        assert!(found.len() >= 8, "{found:?}");
    }
}
