//! The account of a run: every removal, every reject, and the sums that must come out.

use std::sync::Arc;

use crate::article::Span;

/// Declares an enum whose variants have one fixed word each, used in files, flags and reports.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident => $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every variant, in the order of reports.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The word used in files and reports. Users filter by it, so it never changes.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// Why a block, or a part of one, was taken out of an article. A closed list.
    Reason {
        /// The title again.
        TitleRepeat => "title_repeat",
        /// A caption or a credit again.
        CaptionRepeat => "caption_repeat",
        /// The control that changes the size of the letters.
        TextSizeWidget => "text_size_widget",
        /// Share, print, listen, follow.
        ShareBar => "share_bar",
        /// "Read more", related and most-read boxes.
        ReadMore => "read_more",
        /// A line that is only a date or a time of publication.
        Timestamp => "timestamp",
        /// "5 min read".
        ReadingTime => "reading_time",
        /// What a page shows while or instead of a picture, a film or a player.
        MediaPlaceholder => "media_placeholder",
        /// "1 / 23", "Image 1 of 5", "hide caption".
        GalleryCounter => "gallery_counter",
        /// "Advertisement".
        AdMarker => "ad_marker",
        /// Menus, buttons, page numbers.
        Nav => "nav",
        /// "URL: ...", "News code: ...".
        MetadataHeader => "metadata_header",
        /// "___", "* * *".
        Separator => "separator",
        /// A call to sign up, to follow a channel, to install the app.
        Newsletter => "newsletter",
        /// "Tags:", "Topics", and what they list.
        Tags => "tags",
        /// "(Reporting by ...; Editing by ...)".
        WireSignoff => "wire_signoff",
        /// "We use cookies".
        CookieBanner => "cookie_banner",
        /// The name of the section above a title.
        SectionLabel => "section_label",
        /// "Leave a comment".
        CommentPrompt => "comment_prompt",
        /// "Subscribe to read on".
        Paywall => "paywall",
        /// "All rights reserved".
        Copyright => "copyright",
        /// Who the author is.
        AuthorBio => "author_bio",
        /// A bare number of views, shares or comments.
        CountMarker => "count_marker",
        /// A line that is only an address.
        UrlLine => "url_line",
        /// A picture's file name where its words should be.
        ImageFilename => "image_filename",
        /// Program text left in the page.
        ScriptResidue => "script_residue",
        /// A paragraph that recurs over the articles of its source.
        Boilerplate => "boilerplate",
        /// A paragraph that stood in an earlier article.
        ParagraphRepeat => "paragraph_repeat",
    }
}

words! {
    /// Why a record or a file could not be used. A closed list.
    RejectReason {
        /// Not JSON, or not an object.
        InvalidJson => "invalid_json",
        /// No text in it.
        NoText => "no_text",
        /// A row with another number of cells than the header, a quote that never closes.
        InvalidCsv => "invalid_csv",
        /// Bytes that are no text in any encoding we can tell.
        Encoding => "encoding",
        /// Over a size limit, which the detail names.
        TooLarge => "too_large",
        /// Nested deeper than the limit.
        TooDeep => "too_deep",
        /// Compressed data that ends too early.
        Truncated => "truncated",
        /// Compressed data that is damaged.
        Corrupt => "corrupt",
        /// Compressed data that expands beyond the limit.
        Bomb => "bomb",
        /// The system refuses to read it.
        Unreadable => "unreadable",
        /// Not text.
        Binary => "binary",
        /// A format we know and do not read.
        Unsupported => "unsupported",
        /// No paragraph left.
        Empty => "empty",
    }
}

/// One row of `rejects.jsonl`: a record or a file that could not be used, or a file's damaged rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The file, as it is shown everywhere.
    pub file: Arc<str>,
    /// 1-based number of the record; `None` when the file, or its rest, is meant.
    pub record: Option<u64>,
    /// 1-based line of the file on which the record starts, where lines make sense.
    pub line: Option<u64>,
    /// Byte in the decoded (decompressed) file at which the record or the damage starts.
    pub offset: Option<u64>,
    /// Why.
    pub reason: RejectReason,
    /// What exactly, and the remedy, in one line.
    pub detail: String,
}

/// What a removed text repeats.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Repeats {
    /// An earlier place of the same dump.
    Span(Span),
    /// The title field of the input record.
    TitleField,
    /// An earlier place of another dump.
    Elsewhere {
        /// `path#record` of that dump.
        dump: String,
        /// The place in its text.
        span: Span,
    },
}

/// One row of the ledger: a block, or a part of one, that was taken out of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The bytes removed, in the decoded text of the dump.
    pub span: Span,
    /// 1-based line of that text on which the span starts.
    pub line: usize,
    /// Name of the rule that asked for it.
    pub rule: &'static str,
    /// Why.
    pub reason: Reason,
    /// The slice of the text.
    pub text: String,
    /// What it copies.
    pub repeats: Option<Repeats>,
    /// Whether the rest of its block stays.
    pub partial: bool,
}
