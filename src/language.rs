//! The language of a text, found from its script and its function words, and language tags.

use std::hash::{BuildHasherDefault, Hasher};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use hashbrown::HashMap;

use crate::vector::{BITS, Loop, Machine, is_ascii, row_of, widest};

/// The language of an article's text as a BCP 47 tag (`en`, `ar`, `zh`); `None` where that is not
/// clear.
///
/// Only the first 400 bytes count. First the script: more than half of the letters are of one, and
/// there are at least 16 of them (6 where a character is a word or a syllable). A script that is
/// written for one language in the news decides. Else the function words decide: a word counts the
/// more the fewer languages have it, and the best language must have the worth of three words of
/// its own and twice that of the next; where a start of the text in ASCII is clearer than that, the
/// rest is not read. Where they do not, `whatlang` is asked about the first 160 bytes, and believed
/// when it calls itself reliable.
///
/// An article of common news takes about 6 microseconds, one for `whatlang` about 60.
#[must_use]
pub fn detect(text: &str) -> Option<&'static str> {
    let head = cut(text, HEAD);
    match script(head)? {
        Script::Of(tag) => Some(tag),
        Script::Shared => by_function_words(head).or_else(|| by_trigrams(cut(text, SLOW_HEAD))),
    }
}

/// Bytes of the text that are looked at: some sixty words of English, the lead of an article.
const HEAD: usize = 400;
/// Bytes after which the language may be clear already: by twice the worth that is asked for in the end,
/// and three times that of the next.
const EARLY: usize = 128;
/// Bytes that are given to `whatlang`, which takes time by the letter and the language.
const SLOW_HEAD: usize = 160;
/// Letters there must be of an alphabet: three or four words.
const LETTERS: usize = 16;
/// Characters there must be of Han, kana or Hangul.
const WIDE_LETTERS: usize = 6;

/// The start of `text`, of at most `len` bytes.
fn cut(text: &str, len: usize) -> &str {
    text.get(..text.floor_char_boundary(len)).unwrap_or(text)
}

/// What a script says of the language.
enum Script {
    /// It is written for this one.
    Of(&'static str),
    /// It is written for many.
    Shared,
}

/// The script of most letters; `None` when there are too few, or none has most of them.
fn script(text: &str) -> Option<Script> {
    if is_ascii(text) {
        return (widest(Counting(text)).all >= LETTERS).then_some(Script::Shared);
    }
    let Letters { alphabets, han, kana, hangul, all } = widest(Counting(text));
    let most = |count: usize, least: usize| count >= least && count * 2 > all;
    if most(han + kana, WIDE_LETTERS) {
        // Japanese has kana between any two ideographs or so, a Chinese text at most a name in it.
        return Some(Script::Of(if kana * 10 > han { "ja" } else { "zh" }));
    }
    if most(hangul, WIDE_LETTERS) {
        return Some(Script::Of("ko"));
    }
    let (&count, (_, _, tag)) = alphabets.iter().zip(ALPHABETS).max_by_key(|(count, _)| **count)?;
    most(count, LETTERS).then(|| tag.map_or(Script::Shared, Script::Of))
}

/// How many letters of each script a text has.
#[derive(Debug, Default, PartialEq, Eq)]
struct Letters {
    /// By the places in [`ALPHABETS`].
    alphabets: [usize; ALPHABETS.len()],
    han: usize,
    kana: usize,
    hangul: usize,
    all: usize,
}

impl Letters {
    /// Counts a character that is not ASCII, if it is a letter.
    fn add(&mut self, c: char) {
        match c {
            '\0'..='\u{A9}' => return,
            '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' => self.kana += 1,
            '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFD}' => {
                self.han += 1;
            }
            '\u{AC00}'..='\u{D7A3}' | '\u{1100}'..='\u{11FF}' => self.hangul += 1,
            _ if !c.is_alphabetic() => return,
            _ => {
                let place =
                    ALPHABETS.iter().position(|(first, last, _)| (*first..=*last).contains(&c));
                if let Some(count) = place.and_then(|place| self.alphabets.get_mut(place)) {
                    *count += 1;
                }
            }
        }
        self.all += 1;
    }
}

/// Counting the letters of a text: those of ASCII in bits, all others one by one.
struct Counting<'t>(&'t str);

impl Loop for Counting<'_> {
    type Output = Letters;

    #[inline(always)]
    fn run(self, machine: impl Machine) -> Letters {
        let mut letters = Letters::default();
        let mut room = [b' '; 2 * BITS];
        for (index, bytes) in self.0.as_bytes().chunks(BITS).enumerate() {
            let row = machine.bytes(row_of(self.0.as_bytes(), bytes, &mut room));
            let ascii = machine.letters(row).count_ones() as usize;
            letters.alphabets[0] += ascii;
            letters.all += ascii;
            let mut others = machine.within(row, FIRST_BYTES);
            while others != 0 {
                let at = index * BITS + others.trailing_zeros() as usize;
                others &= others - 1;
                letters.add(char_at(self.0, at));
            }
        }
        letters
    }
}

/// First bytes of characters that are not ASCII.
const FIRST_BYTES: RangeInclusive<u8> = 0xC0..=0xFF;

/// The character that starts at `at`.
fn char_at(text: &str, at: usize) -> char {
    text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or_default()
}

/// Alphabets: first and last letter, and the language when it is one. Yiddish and Assamese, which
/// share theirs, are not told from Hebrew and Bengali.
const ALPHABETS: [(char, char, Option<&str>); 23] = [
    ('A', '\u{24F}', None),
    ('\u{1E00}', '\u{1EFF}', None),
    ('\u{370}', '\u{3FF}', Some("el")),
    ('\u{400}', '\u{52F}', None),
    ('\u{531}', '\u{587}', Some("hy")),
    ('\u{5D0}', '\u{5F2}', Some("he")),
    ('\u{620}', '\u{6FF}', None),
    ('\u{900}', '\u{97F}', None),
    ('\u{980}', '\u{9FF}', Some("bn")),
    ('\u{A00}', '\u{A7F}', Some("pa")),
    ('\u{A80}', '\u{AFF}', Some("gu")),
    ('\u{B00}', '\u{B7F}', Some("or")),
    ('\u{B80}', '\u{BFF}', Some("ta")),
    ('\u{C00}', '\u{C7F}', Some("te")),
    ('\u{C80}', '\u{CFF}', Some("kn")),
    ('\u{D00}', '\u{D7F}', Some("ml")),
    ('\u{D80}', '\u{DFF}', Some("si")),
    ('\u{E00}', '\u{E7F}', Some("th")),
    ('\u{E80}', '\u{EFF}', Some("lo")),
    ('\u{1000}', '\u{109F}', Some("my")),
    ('\u{10A0}', '\u{10FF}', Some("ka")),
    ('\u{1200}', '\u{137F}', Some("am")),
    ('\u{1780}', '\u{17FF}', Some("km")),
];

/// Words without which hardly a sentence of a language can be written.
static FUNCTION_WORDS: [(&str, &str); 41] = [
    (
        "en",
        "the of and to in that for is was with on as it by at from are be has have had were this an his their not which said but they who",
    ),
    (
        "fr",
        "le la les de des du un une et est en dans que qui pour pas sur au aux ce par plus avec son sa ses il elle ont sont été cette mais",
    ),
    (
        "de",
        "der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei",
    ),
    (
        "es",
        "el la los las de del y en que un una por con para se no es su al lo como más este esta fue ha pero sus entre hasta",
    ),
    (
        "pt",
        "o a os as de do da dos das e em que um uma por com para se não é ao no na nos nas foi mais como mas seu sua são pelo pela",
    ),
    (
        "it",
        "il lo la i gli le di del della dei delle e in che un una per con non è al alla si da nel nella sono più come ma anche ha",
    ),
    (
        "ca",
        "el la els les de del dels i en que un una per amb no és al als més com aquest aquesta ha va seva seu però amb",
    ),
    (
        "gl",
        "o a os as de do da dos das e en que un unha por con para non é ao no na foi máis como pero súa seu son polo pola",
    ),
    (
        "ro",
        "și în de la a cu pe din că nu care este un o pentru au fost mai sau prin lui ale sunt al după",
    ),
    (
        "nl",
        "de het een en van in is dat op te zijn met voor niet aan er om ook als maar door over bij naar uit werd wordt heeft dit hij ze",
    ),
    (
        "af",
        "die van en in is het 'n dat op te met vir nie aan om ook as maar deur oor by na uit word hulle sy hy was wat",
    ),
    (
        "sv",
        "och i att det som en på är av för med den till inte ett om har de från han var men vid efter hon så under kan",
    ),
    (
        "da",
        "og i at det som en på er af for med den til ikke et om har de fra han var men ved efter hun så blev kan også være",
    ),
    (
        "nb",
        "og i at det som en på er av for med den til ikke et om har de fra han var men ved etter hun så ble kan også være",
    ),
    (
        "is",
        "og í að sem á er það til um við var með fyrir en af ekki hann hún frá þess þá verið hafa hefur",
    ),
    (
        "fi",
        "ja on ei että se hän oli ovat mutta kun myös joka jos ole kuin sen mukaan ollut niin hänen sekä",
    ),
    ("et", "ja on ei et see ta oli kui ka mis aga oma või ning kes siis pole nende selle"),
    (
        "hu",
        "a az és hogy nem is egy volt van meg ez csak de már még el vagy mint után szerint azt lesz",
    ),
    (
        "pl",
        "i w na z do że się nie jest to o po za od jak przez dla był są ale tym oraz przy jego została",
    ),
    (
        "cs",
        "a v se na je že s z do o i k ve pro za by ale jako jsou podle po od který která jeho byl které už",
    ),
    (
        "sk",
        "a v sa na je že s z do o i k vo pre za by ale ako sú podľa po od ktorý ktorá jeho bol ktoré už",
    ),
    ("sl", "in je na v za da se so z ki pa ne bo po pri od tudi kot bil bila ali še po do"),
    ("hr", "i u je na se da su za od s o a koji koja kako nije bio što kao ali iz do više prema"),
    ("lt", "ir į iš su kad yra bei ar tai bet už nuo buvo dėl jo ne kaip taip po apie pat"),
    ("lv", "un ir ar no par ka uz bet kas pēc tika vai arī lai ne bija gan šo tiek"),
    ("sq", "dhe të në e për me që nga një është ka i së do u si nuk më por edhe janë"),
    (
        "tr",
        "ve bir bu için ile da de olarak daha çok olan gibi kadar sonra en ama ne ise olduğu her oldu dedi var",
    ),
    ("az", "və bir bu üçün ilə da də olan daha kimi sonra çox edib ki olub deyib üzrə"),
    (
        "id",
        "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga ke karena tersebut oleh ada mereka telah bisa saat",
    ),
    ("vi", "và của là có trong cho không được các một đã với người này để những khi đến từ ông"),
    (
        "sw",
        "ya na wa kwa ni katika za la cha kuwa hiyo huo baada wakati pia lakini watu alisema hata",
    ),
    ("ru", "и в на не что с по из за как для к от это был его но о у до он было также после"),
    ("uk", "і в на не що з та у до від за як для про це його але був після й які під також"),
    ("bg", "и на в да се за от че не с са по е до ще като или но беше това след със"),
    ("sr", "и у је на да се су за од са а који која како није био што као али из до"),
    ("ar", "في من على إلى أن التي الذي عن مع هذا هذه كان بعد ما لا بين قال كما ذلك قد أو وقد"),
    ("fa", "در از به که این را با است و برای آن یک تا شد شده کرد خود بر هم بود می گفت"),
    ("ur", "کے کی میں ہے کا سے نے اور کو پر کہ یہ ہیں تھا اس بھی ایک کر نہیں گیا"),
    ("hi", "के में है की का से को और ने पर कि यह भी हैं एक था इस कर नहीं लिए गया"),
    ("mr", "आणि आहे या ते ही तर हे होते आहेत असे त्या मात्र झाले नाही केला केली म्हणाले"),
    ("ne", "छ र मा को हो छन् पनि थियो भएको लागि गरेको यो गर्ने तथा भने"),
];

/// A word of one language alone counts this much, one of several its share.
const UNIT: u8 = 60;
/// What the best language must reach: the worth of three words of its own.
const SCORE: u16 = 3 * UNIT as u16;

/// The hash of no letters.
const NO_LETTERS: u64 = 0xCBF2_9CE4_8422_2325;

/// The hash of a word in lower case and `c` behind it (FNV-1a). Two words of a text and a list may
/// share a hash once in some 2^50 texts; a word alone decides nothing.
fn hash_on(hash: u64, c: char) -> u64 {
    if c.is_ascii() {
        return hash_on_byte(hash, c.to_ascii_lowercase() as u8);
    }
    let mut bytes = [0; 4];
    c.to_lowercase()
        .fold(hash, |hash, c| c.encode_utf8(&mut bytes).bytes().fold(hash, hash_on_byte))
}

fn hash_on_byte(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)
}

/// The shares of each word by its hash.
static WORDS: LazyLock<Words> =
    LazyLock::new(|| table(|word| Some(word.chars().fold(NO_LETTERS, hash_on))));

/// The same for the words in ASCII.
static PACKED: LazyLock<PackedWords> = LazyLock::new(|| {
    let mut known = [0; KNOWN / 64];
    let words = table(|word| {
        word.is_ascii().then(|| {
            let word = Packed::of(word.as_bytes(), 0, word.len());
            known[word.place() / 64] |= 1 << (word.place() % 64);
            word.0
        })
    });
    PackedWords { words, known }
});

/// Places of words of which it is known whether there may be one: some twenty for each word.
const KNOWN: usize = 1 << 14;

/// Words in ASCII, of which none has more than eight letters.
struct PackedWords {
    /// By their letters.
    words: Words,
    /// A bit for the place of each. The answer cannot be foreseen, so words are [gathered](Candidates) by it, not asked
    /// for one by one.
    known: [u64; KNOWN / 64],
}

impl PackedWords {
    /// 1 if `word` may be one of them, else 0.
    #[inline(always)]
    fn may_be(&self, word: Packed) -> u64 {
        self.known[word.place() / 64] >> (word.place() % 64) & 1
    }
}

/// Words in ASCII that may be function words, before they are looked up.
struct Candidates {
    words: [Packed; CANDIDATES],
    count: usize,
}

/// So many wait at most: as many as there may be in two rows.
const CANDIDATES: usize = 2 * BITS;

impl Candidates {
    /// Adds `word` if it may be one, without a jump.
    #[inline(always)]
    fn add(&mut self, packed: &PackedWords, word: Packed) {
        self.words[self.count % CANDIDATES] = word;
        self.count += usize::try_from(packed.may_be(word)).unwrap_or_default();
    }

    /// Adds the worth of all.
    #[inline(always)]
    fn weigh(&mut self, packed: &PackedWords, scores: &mut Scores) {
        for word in self.words.iter().take(std::mem::take(&mut self.count)) {
            scores.add(packed.words.get(&word.0));
        }
    }
}

/// The letters of a word in ASCII, the first one lowest, small; none of a longer word than eight.
#[derive(Clone, Copy)]
struct Packed(u64);

impl Packed {
    /// The word from `start` to `end`.
    #[inline(always)]
    fn of(text: &[u8], start: usize, end: usize) -> Packed {
        /// What makes letters small; no function word has another character.
        const SMALL: u64 = 0x2020_2020_2020_2020;
        /// By the number of letters, the bits that they have of eight.
        const USED: [u64; 16] = {
            let mut used = [0; 16];
            let mut len = 1;
            while len <= 8 {
                used[len] = u64::MAX >> (64 - 8 * len);
                len += 1;
            }
            used
        };
        let rest = text.get(start..).unwrap_or_default();
        let letters = rest.first_chunk().copied().unwrap_or_else(|| {
            let mut letters = [0; 8];
            letters[..rest.len()].copy_from_slice(rest);
            letters
        });
        Packed((u64::from_le_bytes(letters) | SMALL) & USED[(end - start).min(15)])
    }

    /// Its place among [`KNOWN`].
    #[inline(always)]
    fn place(self) -> usize {
        usize::try_from(mixed(self.0) % KNOWN as u64).unwrap_or_default()
    }
}

type Words = HashMap<u64, Shares, BuildHasherDefault<Spread>>;

/// The languages, and places to spare, so that the worth for all of them is added in whole vectors.
const PLACES: usize = FUNCTION_WORDS.len().next_multiple_of(16);

/// What a word is worth for each language, by its place in [`FUNCTION_WORDS`].
type Shares = [u8; PLACES];

const NO_SHARES: Shares = [0; PLACES];

fn table(mut key: impl FnMut(&str) -> Option<u64>) -> Words {
    let mut words: Words = HashMap::default();
    for (place, (_, list)) in FUNCTION_WORDS.iter().enumerate() {
        for word in list.split(' ').filter_map(&mut key) {
            words.entry(word).or_insert(NO_SHARES)[place] = UNIT;
        }
    }
    for shares in words.values_mut() {
        let languages = shares.iter().map(|share| share / UNIT).sum::<u8>();
        for share in shares {
            *share /= languages.max(1);
        }
    }
    words
}

/// Every word that hardly a sentence of its language can be written without, some more than once.
pub fn function_words() -> impl Iterator<Item = &'static str> {
    FUNCTION_WORDS.iter().flat_map(|(_, list)| list.split(' '))
}

/// Spreads keys that are a hash or the letters of a word.
#[derive(Clone, Copy, Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = mixed(hash);
    }
}

fn mixed(hash: u64) -> u64 {
    let mixed = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ (mixed >> 32)
}

fn by_function_words(text: &str) -> Option<&'static str> {
    let early = if is_ascii(text) { EARLY } else { usize::MAX };
    let (_, tag) = widest(TellingWords { text, early });
    tag
}

/// Adding up what the words of a text are worth. Finds the language early, where the start is clear.
struct TellingWords<'t> {
    text: &'t str,
    /// Bytes after which it is looked whether the language is clear already.
    early: usize,
}

impl Loop for TellingWords<'_> {
    type Output = (Scores, Option<&'static str>);

    #[inline(always)]
    fn run(self, machine: impl Machine) -> (Scores, Option<&'static str>) {
        let TellingWords { text, early } = self;
        let bytes = text.as_bytes();
        let (packed, words) = (&*PACKED, &*WORDS);
        let mut scores = Scores([0; PLACES]);
        let mut candidates = Candidates { words: [Packed(0); CANDIDATES], count: 0 };
        // Letters, so that what fills up the last row ends no word.
        let mut room = [b'a'; 2 * BITS];
        let (mut start, mut look) = (0, early);
        // Whether the word has a character that is not ASCII.
        let mut is_wide = false;
        for (index, row) in bytes.chunks(BITS).enumerate() {
            let row = machine.bytes(row_of(bytes, row, &mut room));
            let mut marks = between_words(machine, row) | machine.within(row, FIRST_BYTES);
            // There is room for those of the row, and for the last word of the text.
            if candidates.count >= CANDIDATES - BITS {
                candidates.weigh(packed, &mut scores);
            }
            while marks != 0 {
                let at = index * BITS + marks.trailing_zeros() as usize;
                marks &= marks - 1;
                let mut next = at + 1;
                if !bytes[at].is_ascii() {
                    let c = char_at(text, at);
                    if !is_between_words(c) {
                        is_wide = true;
                        continue;
                    }
                    next = at + c.len_utf8();
                }
                if std::mem::take(&mut is_wide) {
                    scores.add(words.get(&hashed(text, start, at)));
                } else {
                    candidates.add(packed, Packed::of(bytes, start, at));
                }
                start = next;
                if at >= look {
                    look += early;
                    candidates.weigh(packed, &mut scores);
                    let tag = scores.best(2 * SCORE, 3);
                    if tag.is_some() {
                        return (scores, tag);
                    }
                }
            }
        }
        if is_wide {
            scores.add(words.get(&hashed(text, start, bytes.len())));
        } else {
            candidates.add(packed, Packed::of(bytes, start, bytes.len()));
        }
        candidates.weigh(packed, &mut scores);
        let tag = scores.best(SCORE, 2);
        (scores, tag)
    }
}

/// The hash of the word from `start` to `end`.
fn hashed(text: &str, start: usize, end: usize) -> u64 {
    text.get(start..end).unwrap_or_default().chars().fold(NO_LETTERS, hash_on)
}

/// A bit for each byte of ASCII: whether it stands between words.
#[inline(always)]
fn between_words<M: Machine>(machine: M, row: M::Bytes) -> u64 {
    let graphic = machine.within(row, b' '..=b'~');
    let ends = machine.within(row, b'\t'..=b'\r');
    (graphic | ends) & !machine.letters(row) & !machine.digits(row)
}

/// What the words so far are worth for each language; that of all words of [`HEAD`] bytes is far below the
/// bound of the type.
struct Scores([u16; PLACES]);

impl Scores {
    /// Adds what a word is worth, if it was found. Adding for every language is faster than going through
    /// those that have the word.
    #[inline(always)]
    fn add(&mut self, found: Option<&Shares>) {
        let Some(shares) = found else { return };
        for (place, share) in shares.iter().enumerate() {
            self.0[place] += u16::from(*share);
        }
    }

    /// The best language, when it has the worth of `least` and `times` that of the next. Asked once or twice of a text, by
    /// code that is as long as the loop that asks.
    #[inline(never)]
    fn best(&self, least: u16, times: u16) -> Option<&'static str> {
        // Written so that a compiler makes vectors of it.
        let max = |scores: &[u16; PLACES]| scores.iter().fold(0, |max, &score| score.max(max));
        let most = max(&self.0);
        if most < least {
            return None;
        }
        let place = self.0.iter().position(|&score| score == most)?;
        let mut others = self.0;
        others[place] = 0;
        let (tag, _) = FUNCTION_WORDS.get(place)?;
        (most >= times * max(&others)).then_some(tag)
    }
}

fn is_between_words(c: char) -> bool {
    if c.is_ascii_alphanumeric() {
        return false;
    }
    c.is_whitespace()
        || c.is_ascii_punctuation()
        || matches!(
            c,
            '\u{2010}'..='\u{2027}' | '«' | '»' | '،' | '؛' | '؟' | '۔' | '।' | '\u{200C}'
        )
}

fn by_trigrams(text: &str) -> Option<&'static str> {
    let found = whatlang::detect(text)?;
    if !found.is_reliable() {
        return None;
    }
    let code = found.lang().code();
    Some(two_letters(code).unwrap_or(code))
}

/// The tag that an input's language field means, where that is clear: `en_US` is `en-US`, `eng` and
/// `English` are `en`. Else the field as it was found, trimmed.
#[must_use]
pub fn tag(found: &str) -> String {
    let found = found.trim();
    well_formed(found).unwrap_or_else(|| found.to_owned())
}

fn well_formed(found: &str) -> Option<String> {
    // A POSIX locale may go on with its encoding or a modifier.
    let locale = found.split_once(['.', '@']).map_or(found, |(locale, _)| locale);
    let lower = locale.to_lowercase();
    let mut parts = lower.split(['-', '_']);
    let mut tag = language(parts.next()?)?.to_owned();
    let mut least = Part::Script;
    for part in parts {
        let kind = Part::of(part).filter(|kind| *kind >= least)?;
        least = kind;
        tag.push('-');
        match kind {
            Part::Script => {
                let (first, rest) = part.split_at_checked(1)?;
                tag.push_str(&first.to_uppercase());
                tag.push_str(rest);
            }
            Part::Region => tag.push_str(&part.to_uppercase()),
            Part::Variant => tag.push_str(part),
        }
    }
    Some(tag)
}

/// The parts that may follow a language, in their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Script,
    Region,
    Variant,
}

impl Part {
    fn of(part: &str) -> Option<Part> {
        let letters = part.bytes().all(|byte| byte.is_ascii_alphabetic());
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        let either = part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match part.len() {
            4 if letters => Some(Part::Script),
            2 if letters => Some(Part::Region),
            3 if digits => Some(Part::Region),
            5..=8 if either => Some(Part::Variant),
            4 if either && part.starts_with(|c: char| c.is_ascii_digit()) => Some(Part::Variant),
            _ => None,
        }
    }
}

/// The language that a code or a name, in lower case, means.
fn language(name: &str) -> Option<&str> {
    let of_two = || CODES.split(' ').filter_map(|code| code.split_once(':'));
    match name {
        // Withdrawn codes.
        "iw" => Some("he"),
        "in" => Some("id"),
        "ji" => Some("yi"),
        // Languages that have no code of two letters.
        "ckb" | "fil" => Some(name),
        _ if name.len() == 2 => of_two().map(|(two, _)| two).find(|two| *two == name),
        _ if name.len() == 3 && name.is_ascii() => two_letters(name),
        _ => NAMES
            .iter()
            .find(|(_, names)| names.split('|').any(|known| known == name))
            .map(|(tag, _)| *tag),
    }
}

/// The code of two letters for one of three.
fn two_letters(three: &str) -> Option<&'static str> {
    CODES
        .split(' ')
        .filter_map(|code| code.split_once(':'))
        .find(|(_, all)| all.split('/').any(|known| known == three))
        .map(|(two, _)| two)
}

/// ISO 639-1 codes and theirs of ISO 639-2 and 639-3; `cmn`, `pes` and `arb` stand for the language
/// that they are the standard form of.
const CODES: &str = "aa:aar ab:abk ae:ave af:afr ak:aka am:amh an:arg ar:ara/arb as:asm av:ava \
    ay:aym az:aze ba:bak be:bel bg:bul bi:bis bm:bam bn:ben bo:bod/tib br:bre bs:bos ca:cat ce:che \
    ch:cha co:cos cr:cre cs:ces/cze cu:chu cv:chv cy:cym/wel da:dan de:deu/ger dv:div dz:dzo \
    ee:ewe el:ell/gre en:eng eo:epo es:spa et:est eu:eus/baq fa:fas/per/pes ff:ful fi:fin fj:fij \
    fo:fao fr:fra/fre fy:fry ga:gle gd:gla gl:glg gn:grn gu:guj gv:glv ha:hau he:heb hi:hin ho:hmo \
    hr:hrv ht:hat hu:hun hy:hye/arm hz:her ia:ina id:ind ie:ile ig:ibo ii:iii ik:ipk io:ido \
    is:isl/ice it:ita iu:iku ja:jpn jv:jav ka:kat/geo kg:kon ki:kik kj:kua kk:kaz kl:kal km:khm \
    kn:kan ko:kor kr:kau ks:kas ku:kur kv:kom kw:cor ky:kir la:lat lb:ltz lg:lug li:lim ln:lin \
    lo:lao lt:lit lu:lub lv:lav mg:mlg mh:mah mi:mri/mao mk:mkd/mac ml:mal mn:mon mr:mar \
    ms:msa/may mt:mlt my:mya/bur na:nau nb:nob nd:nde ne:nep ng:ndo nl:nld/dut nn:nno no:nor \
    nr:nbl nv:nav ny:nya oc:oci oj:oji om:orm or:ori os:oss pa:pan pi:pli pl:pol ps:pus pt:por \
    qu:que rm:roh rn:run ro:ron/rum ru:rus rw:kin sa:san sc:srd sd:snd se:sme sg:sag si:sin \
    sk:slk/slo sl:slv sm:smo sn:sna so:som sq:sqi/alb sr:srp ss:ssw st:sot su:sun sv:swe sw:swa \
    ta:tam te:tel tg:tgk th:tha ti:tir tk:tuk tl:tgl tn:tsn to:ton tr:tur ts:tso tt:tat tw:twi \
    ty:tah ug:uig uk:ukr ur:urd uz:uzb ve:ven vi:vie vo:vol wa:wln wo:wol xh:xho yi:yid yo:yor \
    za:zha zh:zho/chi/cmn zu:zul";

/// Names of languages, in English and in themselves, in lower case.
const NAMES: [(&str, &str); 47] = [
    ("ar", "arabic|العربية|عربي"),
    ("az", "azerbaijani|azərbaycan"),
    ("be", "belarusian"),
    ("bg", "bulgarian|български"),
    ("bn", "bengali|bangla|বাংলা"),
    ("ca", "catalan|català"),
    ("cs", "czech|čeština"),
    ("da", "danish|dansk"),
    ("de", "german|deutsch"),
    ("el", "greek|ελληνικά"),
    ("en", "english"),
    ("es", "spanish|español|castellano"),
    ("et", "estonian|eesti"),
    ("fa", "persian|farsi|فارسی"),
    ("fi", "finnish|suomi"),
    ("fil", "filipino"),
    ("fr", "french|français"),
    ("he", "hebrew|עברית"),
    ("hi", "hindi|हिन्दी|हिंदी"),
    ("hr", "croatian|hrvatski"),
    ("hu", "hungarian|magyar"),
    ("hy", "armenian|հայերեն"),
    ("id", "indonesian|bahasa indonesia"),
    ("is", "icelandic|íslenska"),
    ("it", "italian|italiano"),
    ("ja", "japanese|日本語"),
    ("ka", "georgian|ქართული"),
    ("ko", "korean|한국어"),
    ("ku", "kurdish|kurdî"),
    ("lt", "lithuanian|lietuvių"),
    ("lv", "latvian|latviešu"),
    ("ms", "malay|bahasa melayu"),
    ("nl", "dutch|nederlands"),
    ("no", "norwegian|norsk"),
    ("pl", "polish|polski"),
    ("pt", "portuguese|português"),
    ("ro", "romanian|română"),
    ("ru", "russian|русский"),
    ("sk", "slovak|slovenčina"),
    ("sr", "serbian|српски|srpski"),
    ("sv", "swedish|svenska"),
    ("sw", "swahili|kiswahili"),
    ("tr", "turkish|türkçe"),
    ("uk", "ukrainian|українська"),
    ("ur", "urdu|اردو"),
    ("vi", "vietnamese|tiếng việt"),
    ("zh", "chinese|mandarin|中文|汉语|漢語"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_word_is_found() {
        for (place, (_, list)) in FUNCTION_WORDS.iter().enumerate() {
            for word in list.split(' ') {
                let hash = word.to_uppercase().to_lowercase().chars().fold(NO_LETTERS, hash_on);
                assert_eq!(hash, word.chars().fold(NO_LETTERS, hash_on), "{word}");
                let shares = WORDS.get(&hash).copied().unwrap_or(NO_SHARES);
                assert!(shares[place] > 0, "{word}");
                let languages = shares.iter().filter(|&&share| share > 0).count();
                assert!(shares.iter().all(|&share| [0, 60 / languages].contains(&share.into())));
            }
        }
        let all: std::collections::HashSet<&str> =
            FUNCTION_WORDS.iter().flat_map(|(_, list)| list.split(' ')).collect();
        assert_eq!(WORDS.len(), all.len(), "two words share a hash");
        let plain: Vec<_> = all.iter().filter(|word| word.is_ascii()).collect();
        assert!(plain.iter().all(|word| word.len() <= 8), "packed words have eight letters");
        assert_eq!(PACKED.words.len(), plain.len());
        for word in plain {
            let packed = Packed::of(word.as_bytes(), 0, word.len());
            let hash = word.chars().fold(NO_LETTERS, hash_on);
            assert_eq!(PACKED.may_be(packed), 1, "{word}");
            assert_eq!(PACKED.words.get(&packed.0), WORDS.get(&hash), "{word}");
        }
        for c in '\0'..'\u{80}' {
            let between = if is_between_words(c) { u64::MAX } else { 0 };
            assert_eq!(widest(Between([c as u8; BITS])), between, "{c:?}");
        }
    }

    struct Between([u8; BITS]);

    impl Loop for Between {
        type Output = u64;

        #[inline(always)]
        fn run(self, machine: impl Machine) -> u64 {
            between_words(machine, machine.bytes(&self.0))
        }
    }

    #[test]
    fn words_are_those_between_marks() {
        let ascii = "The cat, of whom it-was said: \"HE who is not\", and\tthat in (at) by";
        let mixed =
            "«Él» dijo que—no es así… naïve für “the” was\u{a0}и на не що, die\u{3000}は in";
        // More words than are gathered before they are looked up.
        let short = "a o, i a é (o) e a ";
        for (text, early) in [(ascii, Some("en")), (mixed, None), (&short.repeat(20), None)] {
            let text = text.repeat(4);
            for end in (0..400.min(text.len())).filter(|&end| text.is_char_boundary(end)) {
                let text = &text[..end];
                let mut expected = Scores([0; PLACES]);
                for word in text.split(is_between_words).map(str::to_lowercase) {
                    expected.add(WORDS.get(&word.chars().fold(NO_LETTERS, hash_on)));
                }
                let (scores, tag) = widest(TellingWords { text, early: usize::MAX });
                assert_eq!((scores.0, tag), (expected.0, expected.best(SCORE, 2)), "{text}");
            }
            assert_eq!(by_function_words(&text), early);
        }
    }

    #[test]
    fn letters_are_counted_by_their_scripts() {
        let text = "Az[`{@ é·ªÀ ия 漢字𠀀 かナ 한ᄀ א١٢ €😀 ʰ Ⱡ".repeat(5);
        for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
            let mut expected = Letters::default();
            for c in text[..end].chars() {
                if c.is_ascii_alphabetic() {
                    expected.alphabets[0] += 1;
                    expected.all += 1;
                }
                expected.add(c);
            }
            assert_eq!(widest(Counting(&text[..end])), expected);
        }
    }
}
