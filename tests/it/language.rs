//! Languages of texts, and language tags.

use std::time::Instant;

use copydesk::language::{detect, tag};

#[test]
fn sentences_of_the_news() {
    for (expected, text) in [
        (
            "en",
            "The council of Northfield said on Tuesday that the old mill by the river would be closed in May.",
        ),
        (
            "en",
            "NORTHFIELD, May 4 - A fire that broke out in a bakery on Mill Street was put out by neighbours.",
        ),
        (
            "fr",
            "Le conseil municipal a annoncé mardi que le vieux moulin au bord de la rivière serait fermé en mai.",
        ),
        (
            "de",
            "Der Stadtrat teilte am Dienstag mit, dass die alte Mühle am Fluss im Mai geschlossen wird.",
        ),
        (
            "es",
            "El ayuntamiento anunció el martes que el viejo molino junto al río cerrará en mayo por falta de dinero.",
        ),
        (
            "pt",
            "A câmara anunciou na terça-feira que o velho moinho junto ao rio não será reaberto em maio.",
        ),
        (
            "it",
            "Il consiglio comunale ha detto martedì che il vecchio mulino sul fiume non sarà riaperto in maggio.",
        ),
        (
            "nl",
            "De gemeenteraad zei dinsdag dat de oude molen aan de rivier in mei niet opnieuw wordt geopend.",
        ),
        (
            "sv",
            "Kommunen sade på tisdagen att den gamla kvarnen vid ån inte kommer att öppnas igen i maj.",
        ),
        (
            "pl",
            "Rada miasta poinformowała we wtorek, że stary młyn nad rzeką nie zostanie otwarty w maju.",
        ),
        (
            "tr",
            "Belediye meclisi salı günü yaptığı açıklamada nehir kıyısındaki eski değirmenin bir daha açılmayacağını ve bu kararın kesin olduğunu söyledi.",
        ),
        (
            "id",
            "Dewan kota mengatakan pada hari Selasa bahwa kincir tua di tepi sungai itu tidak akan dibuka lagi.",
        ),
        (
            "vi",
            "Hội đồng thành phố cho biết hôm thứ Ba rằng nhà máy xay cũ bên sông sẽ không được mở lại.",
        ),
        (
            "ru",
            "Городской совет сообщил во вторник, что старая мельница у реки не будет открыта в мае.",
        ),
        (
            "uk",
            "Міська рада повідомила у вівторок, що старий млин біля річки не буде відкрито в травні.",
        ),
        (
            "ar",
            "قال مجلس المدينة يوم الثلاثاء إن المطحنة القديمة التي تقع على ضفة النهر لن تفتح في مايو.",
        ),
        ("fa", "شورای شهر روز سه‌شنبه گفت که آسیاب قدیمی کنار رودخانه در ماه آینده باز نمی‌شود."),
        ("ur", "شہر کی کونسل نے منگل کو کہا کہ دریا کے کنارے پرانی چکی مئی میں نہیں کھلے گی۔"),
        ("hi", "नगर परिषद ने मंगलवार को कहा कि नदी के किनारे की पुरानी चक्की मई में नहीं खुलेगी।"),
        ("zh", "市议会星期二表示，河边的老磨坊将不会在五月重新开放。"),
        ("ja", "市議会は火曜日、川沿いの古い水車小屋を五月に再開しないと発表した。"),
        ("ko", "시의회는 화요일 강가의 낡은 방앗간을 오월에 다시 열지 않겠다고 밝혔다."),
        ("he", "מועצת העיר הודיעה ביום שלישי כי הטחנה הישנה לא תיפתח מחדש במאי."),
        ("el", "Το δημοτικό συμβούλιο ανακοίνωσε την Τρίτη ότι ο παλιός μύλος δεν θα ανοίξει."),
        ("th", "สภาเมืองกล่าวเมื่อวันอังคารว่าโรงสีเก่าริมแม่น้ำจะไม่เปิดอีก"),
        ("bn", "নগর পরিষদ মঙ্গলবার জানিয়েছে যে নদীর ধারের পুরোনো কলটি আর খুলবে না।"),
    ] {
        assert_eq!(detect(text), Some(expected), "{text}");
        // What follows the lead does not count.
        let more = format!("{} {}", text.repeat(400 / text.len() + 1), "Привет мир ".repeat(100));
        assert_eq!(detect(&more), Some(expected), "{text}");
    }
}

#[test]
fn unclear_is_none() {
    for text in [
        "",
        " ",
        "TT",
        "20",
        "12:30 - 14:45",
        "Reuters",
        "Ok.",
        "Anna Berg",
        "日本",
        "👍👍👍",
        "Northfield 3, Southmere 1",
        "xkcd qwrt zzxv bnmk plkj hgfd",
        "alpha бета gamma дельта epsilon дзета",
    ] {
        assert_eq!(detect(text), None, "{text}");
    }
}

#[test]
fn tags() {
    for (found, expected) in [
        ("en", "en"),
        ("EN", "en"),
        ("en_US", "en-US"),
        ("en-us", "en-US"),
        (" ar ", "ar"),
        ("eng", "en"),
        ("ger", "de"),
        ("deu", "de"),
        ("English", "en"),
        ("Türkçe", "tr"),
        ("zh_hans_cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("de_DE.UTF-8", "de-DE"),
        ("sr_RS@latin", "sr-RS"),
        ("iw", "he"),
        ("cmn", "zh"),
        ("ckb", "ckb"),
        ("de-1996", "de-1996"),
        ("العربية", "ar"),
        // Not clear: as found.
        ("", ""),
        ("xx", "xx"),
        ("en-US,en;q=0.9", "en-US,en;q=0.9"),
        ("Klingon", "Klingon"),
        ("en-", "en-"),
        ("en US", "en US"),
        ("en-US-Latn", "en-US-Latn"),
        ("é", "é"),
        ("qé", "qé"),
    ] {
        assert_eq!(tag(found), expected, "{found:?}");
        assert_eq!(tag(expected), expected, "{found:?}");
    }
}

/// Hostile text costs no more than any other: only its start is looked at.
#[test]
fn long_text_is_not_read() {
    let start = Instant::now();
    for unit in ["a", "the ", "é", "ا", "\u{301}", "ß "] {
        let _ = detect(&unit.repeat(3_000_000));
    }
    assert!(start.elapsed().as_secs() < 5);
}
