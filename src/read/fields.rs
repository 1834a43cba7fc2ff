//! Which column or key of an input record is which field of an article.

use std::fmt;
use std::str::FromStr;

/// A field of an input record that has a meaning for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldName {
    /// The input's own id.
    Id,
    /// The publisher.
    Source,
    /// The address of the page.
    Url,
    /// The headline.
    Title,
    /// The article itself.
    Text,
    /// The publication date.
    Published,
    /// Who wrote it.
    Byline,
    /// The dateline.
    Dateline,
    /// The language.
    Language,
}

impl FieldName {
    /// Every field.
    pub const ALL: [FieldName; 9] = [
        FieldName::Id,
        FieldName::Source,
        FieldName::Url,
        FieldName::Title,
        FieldName::Text,
        FieldName::Published,
        FieldName::Byline,
        FieldName::Dateline,
        FieldName::Language,
    ];

    /// The word used on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            FieldName::Id => "id",
            FieldName::Source => "source",
            FieldName::Url => "url",
            FieldName::Title => "title",
            FieldName::Text => "text",
            FieldName::Published => "published",
            FieldName::Byline => "byline",
            FieldName::Dateline => "dateline",
            FieldName::Language => "language",
        }
    }

    /// The columns that are looked for when the user names none, the preferred one first.
    #[must_use]
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            FieldName::Id => &["id", "_id", "uid", "guid", "doc_id"],
            FieldName::Source => &["source", "publisher", "site", "domain", "host"],
            FieldName::Url => &["url", "link", "uri"],
            FieldName::Title => &["title", "headline"],
            FieldName::Text => {
                &["text", "content", "body", "article", "maintext", "raw_text", "full_text"]
            }
            FieldName::Published => {
                &["published", "date", "date_publish", "pubDate", "datetime", "timestamp"]
            }
            FieldName::Byline => &["byline", "author", "authors"],
            FieldName::Dateline => &[],
            FieldName::Language => &["language", "lang"],
        }
    }

    /// Its place in [`FieldName::ALL`].
    pub(super) fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FieldName {
    type Err = String;

    /// Takes the word of [`FieldName::as_str`]; the error lists them.
    fn from_str(word: &str) -> Result<FieldName, String> {
        FieldName::ALL.into_iter().find(|field| field.as_str() == word).ok_or_else(|| {
            let words = FieldName::ALL.map(FieldName::as_str).join(", ");
            format!("no field `{word}`; the fields are {words}")
        })
    }
}

/// Added to the rank of a column whose name agrees in all but the case of its letters.
const OTHER_CASE: usize = 1 << 20;

/// The columns of every field, found by their names. Built once per run.
#[derive(Debug)]
pub(super) struct Names {
    /// The names of one length and first letter at their [place](Names::place), so that most keys of a record meet
    /// one of them or none.
    by_place: Vec<Vec<Name>>,
}

#[derive(Debug)]
struct Name {
    column: String,
    field: FieldName,
    preference: usize,
}

impl Names {
    /// The default columns, replaced field by field by what the user asked for. A column the user
    /// gave to one field is no default of another any more.
    pub(super) fn new(asked: &[(FieldName, String)]) -> Names {
        let mut names = Names { by_place: Vec::new() };
        for field in FieldName::ALL {
            let own =
                asked.iter().filter(|(of, _)| *of == field).map(|(_, column)| column.as_str());
            let mut columns: Vec<&str> = own.collect();
            if columns.is_empty() {
                let free = |column: &&&str| asked.iter().all(|(_, taken)| taken != **column);
                columns.extend(field.columns().iter().filter(free).copied());
            }
            for (preference, column) in columns.into_iter().enumerate() {
                let place = Names::place(column);
                if names.by_place.len() <= place {
                    names.by_place.resize_with(place + 1, Vec::new);
                }
                names.by_place[place].push(Name { column: column.to_owned(), field, preference });
            }
        }
        names
    }

    /// Where names of this length and first letter stand, large or small.
    fn place(name: &str) -> usize {
        /// What a letter has in common with its capital.
        const LETTER: u8 = 0x1F;
        let first = name.as_bytes().first().map_or(0, |first| first & LETTER);
        name.len() << LETTER.count_ones() | usize::from(first)
    }

    /// Whether the column `key` can fill a field.
    pub(super) fn has(&self, key: &str) -> bool {
        self.of(key).next().is_some()
    }

    /// The fields that the column `key` can fill, each with its rank: the lowest rank with a usable
    /// value wins. Exact names come before names in another case.
    pub(super) fn of(&self, key: &str) -> impl Iterator<Item = (FieldName, usize)> {
        let names = self.by_place.get(Names::place(key)).map_or(&[][..], Vec::as_slice);
        names.iter().filter_map(move |name| {
            if name.column == key {
                Some((name.field, name.preference))
            } else if name.column.eq_ignore_ascii_case(key) {
                Some((name.field, name.preference + OTHER_CASE))
            } else {
                None
            }
        })
    }

    /// Whether `key` can be the text.
    pub(super) fn is_text(&self, key: &str) -> bool {
        self.of(key).any(|(field, _)| field == FieldName::Text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn first(names: &Names, keys: &[&str], field: FieldName) -> Option<String> {
        let ranked = keys.iter().flat_map(|key| names.of(key).map(move |(f, rank)| (f, rank, key)));
        ranked
            .filter(|(f, ..)| *f == field)
            .min_by_key(|(_, rank, _)| *rank)
            .map(|x| x.2.to_string())
    }

    #[test]
    fn preferred_names_come_first_and_exact_ones_before_other_case() {
        let names = Names::new(&[]);
        let text = |keys: &[&str]| first(&names, keys, FieldName::Text);
        assert_eq!(text(&["body", "content"]).as_deref(), Some("content"));
        assert_eq!(text(&["Text", "full_text"]).as_deref(), Some("full_text"));
        assert_eq!(text(&["BODY", "Content"]).as_deref(), Some("Content"));
        assert_eq!(text(&["texts", "tex", ""]), None);
        assert_eq!(first(&names, &["dateline"], FieldName::Dateline), None);
    }

    #[test]
    fn asked_columns_replace_the_defaults_and_leave_other_fields() {
        let names = Names::new(&[(FieldName::Title, "content".to_owned())]);
        assert_eq!(
            first(&names, &["content", "title"], FieldName::Title).as_deref(),
            Some("content")
        );
        assert_eq!(first(&names, &["content"], FieldName::Text), None);
        assert_eq!(first(&names, &["body"], FieldName::Text).as_deref(), Some("body"));
    }

    #[test]
    fn words_go_there_and_back() {
        for field in FieldName::ALL {
            assert_eq!(field.as_str().parse(), Ok(field));
            assert_eq!(FieldName::ALL[field.index()], field);
        }
        assert!("headline".parse::<FieldName>().unwrap_err().contains("title"));
    }
}
