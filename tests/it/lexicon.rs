//! What single lines are by their words, in many languages, and what must stay.

use copydesk::ledger::Reason;
use copydesk::lexicon::{Hit, Scratch, Strength, classify};

fn class(line: &str) -> Option<Hit> {
    classify(line, &mut Scratch::default())
}

fn check(line: &str, reason: Reason, strength: Strength) {
    let found = class(line).map(|hit| (hit.reason, hit.strength));
    assert_eq!(found, Some((reason, strength)), "{line:?}");
}

fn check_all(reason: Reason, strength: Strength, lines: &[&str]) {
    for line in lines {
        check(line, reason, strength);
    }
}

#[test]
fn tags() {
    check_all(
        Reason::Tags,
        Strength::Label,
        &[
            "Tags",
            "TOPICS:",
            "Etiketler",
            "Schlagwörter",
            "Mots-clés",
            "Теги",
            "标签",
            "タグ",
            "الكلمات المفتاحية",
            "برچسب‌ها",
            "תגיות",
            "태그",
            "Từ khóa",
            "ετικέτες",
            "Címkék",
        ],
    );
    check_all(
        Reason::Tags,
        Strength::Edge,
        &[
            "Tags: harbour, ferries, Orlan",
            "Filed under: Politics",
            "Archivado en: Puertos · Europa",
            "Mots-clés : port, bac",
            "Schlagworte: Hafen | Fähre",
            "Etiketler: liman, vapur",
            "Теги: порт, паром",
            "标签：港口 渡轮",
            "الوسوم: ميناء، عبارة",
            "برچسب‌ها: بندر، کشتی",
        ],
    );
    assert!(class("Tags: harbour").is_some_and(|hit| hit.opens));
}

#[test]
fn sections() {
    check_all(
        Reason::SectionLabel,
        Strength::Label,
        &[
            "Opinion",
            "WORLD",
            "Middle East",
            "Gündem",
            "GÜNDEM",
            "Wirtschaft",
            "Économie",
            "Política",
            "العالم العربي",
            "Общество",
            "国际",
            "社説",
            "오피니언",
            "Κόσμος",
            "World | Europe",
        ],
    );
    check("News Sport Business Opinion Culture", Reason::Nav, Strength::Edge);
}

#[test]
fn other_classes() {
    check_all(
        Reason::ShareBar,
        Strength::Always,
        &[
            "Share on Facebook",
            "Facebook'ta paylaş",
            "Auf Facebook teilen",
            "分享到微博",
            "Facebook Twitter Email",
            "مشاركة على فيسبوك",
            "ПоделитьсяПоделиться",
        ],
    );
    check("Share", Reason::ShareBar, Strength::Label);
    check("Advertisement", Reason::AdMarker, Strength::Always);
    check("Read more: Ferry returns to Orlan", Reason::ReadMore, Strength::Always);
    check("İLGİLİ HABER: Vapur geri döndü", Reason::ReadMore, Strength::Always);
    check("More on the Orlan ferry", Reason::ReadMore, Strength::Edge);
    check("12 min read", Reason::ReadingTime, Strength::Always);
    check("_____", Reason::Separator, Strength::Always);
    check("harbour-at-dawn.jpg", Reason::ImageFilename, Strength::Always);
    check("https://orlan.example/ferry", Reason::UrlLine, Strength::Edge);
}

#[test]
fn capitals_are_folded_as_each_language_has_them() {
    for (small, capital) in [
        ("ilgili haberler", "İLGİLİ HABERLER"),
        ("vergrößern", "VERGRÖSSERN"),
        ("schließen", "SCHLIESSEN"),
        ("διαβάστε επίσης", "ΔΙΑΒΑΣΤΕ ΕΠΙΣΗΣ"),
        ("publicité", "PUBLICITE"),
        ("читайте также", "ЧИТАЙТЕ ТАКЖЕ"),
    ] {
        assert!(class(small).is_some(), "{small:?}");
        assert_eq!(class(small), class(capital), "{small:?}");
    }
}

#[test]
fn sentences_and_titles_stay() {
    for line in [
        // English
        "Tags help readers find stories.",
        "Also on display at the fair will be a kettle that sings. It costs nine crowns.",
        "More on the ferry was not to be learned from the harbour master that evening.",
        "More than forty boats left the harbour before dawn.",
        "More about her is known from letters that her sister kept in a tin box for years.",
        "See also how the tide turns, wrote the old pilot in his last book.",
        "Watch the water closely and you will see the eels move upstream in May.",
        "Continue along the quay until the road bends towards the mill.",
        "Follow the path on the left bank, the guide advised.",
        "Related costs rose by a third, the port said.",
        "Related species live further north.",
        "Filed under seal in March, the complaint names three pilots and a broker.",
        "Topics ranged from herring quotas to the price of rope.",
        "In this story the sea is the only witness.",
        "Jobs at risk as ferry line closes two routes",
        "Share of women among pilots rises",
        "Sports halls stay shut until the roof is mended.",
        "Read the room, the mayor told the council.",
        "The picture",
        "Live science of the tides",
        "No, the",
        "Opinion is divided in Orlan.",
        "World leaders meet in Orlan",
        "(Foto: picture alliance / abaca)",
        "Foto: Mara Lind",
        "Photo: Mara Lind/Orlan Press",
        // German
        "Mehr zu verdienen sei nicht möglich, sagte der Fährmann und zählte sein Geld.",
        "Mehr als vierzig Boote verließen den Hafen.",
        "Themen gab es genug an diesem Abend.",
        "Lesen Sie den Brief zweimal, riet der Notar.",
        "Folgen hatte der Streit keine.",
        "Weitere Boote wurden nicht gesehen.",
        "Meinung und Wirklichkeit klaffen auseinander.",
        // French
        "Plus de quarante bateaux ont quitté le port à l'aube.",
        "Plus de 40 blessés dans une collision de bacs",
        "Sujets et rois dînaient à la même table.",
        "Lire la mer demande une vie, disait le pilote.",
        "À voir la foule, on croyait à une fête.",
        "Publié dans la douleur, le livre a trouvé ses lecteurs.",
        // Spanish
        "Más de cuarenta barcos salieron del puerto.",
        "Más de 40 heridos en un choque de transbordadores",
        "Temas no faltaron en la larga noche del consejo.",
        "Sigue leyendo el mar como su abuelo, dicen los vecinos del puerto.",
        "Lea las olas, decía el viejo piloto.",
        // Turkish
        "Ara seçim tarihi belli oldu",
        "Konular uzundu, gece kısaydı.",
        "Oku, dedi ihtiyar kaptan, sonra sustu.",
        "Dünya kupası için limanda hazırlık var.",
        "İlgili bakanlık açıklama yapmadı.",
        // Russian
        "Читайте море, говорил старый лоцман.",
        "Темы для разговора нашлись быстро.",
        "Общество паромщиков собралось в порту.",
        "Смотрите, сказал он, вода уходит.",
        "По теме выступили три лоцмана и один рыбак.",
        "Мнение капитана никто не спросил.",
        // Arabic
        "تخطى عدد القوارب في الميناء الأربعين",
        "نهاية الأسبوع تشهد عودة العبّارة",
        "اقرأ البحر كما قرأه جدك، قال الربان العجوز.",
        "مواضيع كثيرة بقيت بلا جواب في تلك الليلة.",
        "شاهد الصيادون القارب وهو يبتعد.",
        // Chinese, Japanese
        "更多的渡轮在黎明前离开了港口。",
        "国际渡轮公司宣布恢复航线。",
        "关键词不多，但每一个都重要。",
        "関連する費用は三割増えたと港は述べた。",
        "続きを読む人は少なかった。",
    ] {
        assert_eq!(class(line), None, "{line:?}");
    }
}

#[test]
fn hostile_lines_take_linear_time() {
    for unit in ["a", " ", "#", "Share ", "Tags: ", "分", "...", "| ", "é", "Share", "\u{301}"] {
        for length in [399, 1_199, 100_000] {
            let line = unit.repeat(length / unit.len());
            let _ = class(&line);
            let _ = class(&format!("Read more: {line}"));
            let _ = class(&format!("{line} on Facebook"));
        }
    }
    assert_eq!(class(&"Share ".repeat(20_000)), None);
}
