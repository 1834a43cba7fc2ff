//! Bylines, datelines, credits and date lines, line by line. All names and places are invented.
#![allow(clippy::unwrap_used)]

mod dates {
    use copydesk::recognize::date::{self, Kind};

    fn check(kind: Kind, line: &str, published: Option<&str>, updated: Option<&str>) {
        let Some(found) = date::line(line) else { panic!("no date line: {line}") };
        assert_eq!(found.kind, kind, "kind of {line}");
        assert_eq!(found.published.as_deref(), published, "published of {line}");
        assert_eq!(found.updated.as_deref(), updated, "updated of {line}");
    }

    #[test]
    fn a_day_in_many_languages() {
        for (line, expected) in [
            ("May 7, 2021", "2021-05-07"),
            ("Fri., Feb. 3rd 2023", "2023-02-03"),
            ("7 Jun 2021", "2021-06-07"),
            ("Published on August 27, 2015", "2015-08-27"),
            ("Published - Monday, 2 March, 2020", "2020-03-02"),
            ("Date: 2024-08-09", "2024-08-09"),
            ("den 4. März 2022", "2022-03-04"),
            ("Veröffentlicht am 4. Dezember 2022", "2022-12-04"),
            ("Publié le mercredi 5 avril 2023", "2023-04-05"),
            ("1er août 2023", "2023-08-01"),
            ("Publicado el 6 de agosto de 2019", "2019-08-06"),
            ("Sábado, 7 de março de 2020", "2020-03-07"),
            ("Pubblicato il 8 gennaio 2018", "2018-01-08"),
            ("9 september 2020", "2020-09-09"),
            ("10 Ağustos 2021 Salı", "2021-08-10"),
            ("11 ARALIK 2021", "2021-12-11"),
            ("12 июля 2022 г.", "2022-07-12"),
            ("Опубликовано: 13 мая 2022", "2022-05-13"),
            ("14 липня 2022", "2022-07-14"),
            ("15 grudnia 2020 r.", "2020-12-15"),
            ("16. května 2020", "2020-05-16"),
            ("2020. november 17.", "2020-11-17"),
            ("18 Ιουνίου 2020", "2020-06-18"),
            ("19 desember 2020", "2020-12-19"),
            ("20. tammikuuta 2021", "2021-01-20"),
            ("الاثنين 4 مايو 2020", "2020-05-04"),
            ("٥ كانون الثاني ٢٠٢١", "2021-01-05"),
            ("6 تشرين الأول 2021", "2021-10-06"),
            ("نشر بتاريخ: 7 أيلول 2021", "2021-09-07"),
            ("السبت - 3 شعبان 1442 هـ - 16 مارس 2021 مـ", "2021-03-16"),
            ("پیر ، 8 فروری 2021", "2021-02-08"),
            ("प्रकाशित: ९ मार्च २०२१", "2021-03-09"),
            ("১০ এপ্রিল ২০২১", "2021-04-10"),
            ("2021年5月11日", "2021-05-11"),
            ("2021年5月11日 星期二", "2021-05-11"),
            ("发布时间：2021-05-12", "2021-05-12"),
            ("公開日：2021/05/13", "2021-05-13"),
            ("2021년 5월 14일 (금)", "2021-05-14"),
            ("입력 2021.05.15", "2021-05-15"),
            ("28.02.2022", "2022-02-28"),
            ("28/02/2022", "2022-02-28"),
            ("02/28/2022", "2022-02-28"),
            ("| 08 أبريل 2016", "2016-04-08"),
            ("* 9 April 2016", "2016-04-09"),
            ("Dec 12, 2025 11 min read", "2025-12-12"),
        ] {
            check(Kind::Date, line, Some(expected), None);
        }
    }

    #[test]
    fn a_time_with_an_offset_is_resolved_and_no_other() {
        for (line, expected) in [
            ("Tue 4 Feb 2020 07.15 GMT", "2020-02-04T07:15:00Z"),
            ("Lima - 5 feb 2020 - 18:20 CET", "2020-02-05T18:20:00+01:00"),
            ("2020-02-06T08:09:10Z", "2020-02-06T08:09:10Z"),
            ("2020-02-06T08:09:10.5+05:30", "2020-02-06T08:09:10.5+05:30"),
            ("February 7, 2020 at 3:04 p.m. EST", "2020-02-07T15:04:00-05:00"),
            ("8 февраля 2020, 12:30 МСК", "2020-02-08T12:30:00+03:00"),
            ("Thứ hai, 9/12/2020 | 08:30 GMT+7", "9/12/2020 | 08:30 GMT+7"),
            ("Thứ hai, 29/12/2020 | 08:30 GMT+7", "2020-12-29T08:30:00+07:00"),
            ("March 2, 2021 6:07 AM ET", "March 2, 2021 6:07 AM ET"),
            ("Monday 2 March 2020 10:44, UK", "2 March 2020 10:44, UK"),
            ("2 mars 2020 à 18h30", "2 mars 2020 à 18h30"),
            ("2021年3月4日 19:20", "2021年3月4日 19:20"),
            ("03/04/2024", "03/04/2024"),
            ("۱۲ خرداد ۱۳۹۹ - ۱۸:۰۵", "۱۲ خرداد ۱۳۹۹ - ۱۸:۰۵"),
            ("سه شنبه ۱۲ خرداد ۱۳۹۹", "۱۲ خرداد ۱۳۹۹"),
            ("3 listopada 2020", "3 listopada 2020"),
            ("20 พฤศจิกายน 2566", "20 พฤศจิกายน 2566"),
            ("Source: Xinhua| 2021-02-03 04:05:06|Editor: somebody", "2021-02-03 04:05:06"),
            ("Associated Press May 9, 2020, 9:02 AM", "May 9, 2020, 9:02 AM"),
        ] {
            check(Kind::Date, line, Some(expected), None);
        }
    }

    #[test]
    fn updates_are_told_from_publication() {
        check(Kind::Date, "Updated 5 June 2018", None, Some("2018-06-05"));
        check(Kind::Date, "Last Modified: Friday, 5 June, 2020", None, Some("2020-06-05"));
        check(Kind::Date, "Stand: 05.06.2018, 07:08 Uhr", None, Some("05.06.2018, 07:08 Uhr"));
        check(
            Kind::Date,
            "05.06.2018 10:15 | Son Güncelleme: 06.06.2018 11:30",
            Some("05.06.2018 10:15"),
            Some("06.06.2018 11:30"),
        );
        check(
            Kind::Date,
            "Giriş Tarihi: 5.6.2018 Güncelleme Tarihi: 6.6.2018",
            Some("2018-06-05"),
            Some("2018-06-06"),
        );
        check(Kind::Date, "最終更新：2021/05/13", None, Some("2021-05-13"));
        check(
            Kind::Date,
            "Updated 0512 GMT (1312 HKT) June 5, 2018",
            None,
            Some("2018-06-05T05:12:00Z"),
        );
        check(
            Kind::Date,
            "Published: 5 June 2018 • Updated: 7 June 2018",
            Some("2018-06-05"),
            Some("2018-06-07"),
        );
        assert!(date::line("Updated 5 June 2018").unwrap().labelled);
        assert!(!date::line("5 June 2018").unwrap().labelled);
    }

    #[test]
    fn times_of_day_are_their_own_kind() {
        for line in [
            "9 a.m.",
            "9:30 p.m.",
            "21:40 Uhr",
            "7 Uhr",
            "14:05",
            "18h20",
            "Kl. 14.30",
            "午後6時30分",
        ] {
            check(Kind::Time, line, None, None);
        }
    }

    #[test]
    fn relative_times() {
        for line in [
            "Published 3 hours ago",
            "an hour ago",
            "5 mins ago",
            "vor 4 Stunden",
            "il y a 5 heures",
            "hace 6 horas",
            "há 6 horas",
            "7 ore fa",
            "8 uur geleden",
            "9 saat önce",
            "10 часов назад",
            "2 godziny temu",
            "منذ 3 ساعات",
            "قبل 4 ساعات",
            "۵ ساعت پیش",
            "6 گھنٹے پہلے",
            "7 घंटे पहले",
            "8小时前",
            "9時間前",
            "3시간 전",
            "2 jam yang lalu",
            "Just now",
            "Today, 10:30",
        ] {
            check(Kind::Relative, line, None, None);
        }
    }

    #[test]
    fn prose_and_other_numbers_are_no_date_line() {
        for line in [
            "On May 7, 2021, the bridge fell.",
            "The 2021 budget",
            "May I come in?",
            "March",
            "Monday",
            "2019",
            "12",
            "5/5",
            "10 / 10",
            "1 / 23",
            "Image 1 of 23",
            "3 min read",
            "Monday 10 a.m. to 5 p.m.",
            "9:00 - 17:00",
            "Updated",
            "Published",
            "1.2.3",
            "192.168.1.1",
            "Arlen 2, Port Hale 1",
            "Sun and sea",
            "Today",
            "2020 in review",
            "7 June 2021: the bridge falls",
            "Source: Ministry of Roads",
            "",
        ] {
            assert!(date::line(line).is_none(), "{line}: {:?}", date::line(line));
        }
    }

    #[test]
    fn values_of_fields() {
        for (found, expected) in [
            ("1574187071", Some("2019-11-19T18:11:11Z")),
            ("1574187071000", Some("2019-11-19T18:11:11Z")),
            ("1574187071.0", Some("2019-11-19T18:11:11Z")),
            ("20191119", Some("2019-11-19")),
            ("2019-11-19", Some("2019-11-19")),
            ("2019-11-19T18:11:11+0100", Some("2019-11-19T18:11:11+01:00")),
            ("2019-11-19 18:11:11+01:00", Some("2019-11-19T18:11:11+01:00")),
            ("2019-11-19 18:11:11 UTC", Some("2019-11-19T18:11:11Z")),
            ("2019-11-19T18:11:11", Some("2019-11-19T18:11:11")),
            ("Tue, 19 Nov 2019 18:11:11 +0200", Some("2019-11-19T18:11:11+02:00")),
            ("Tue, 19 Nov 2019 18:11:11 GMT", Some("2019-11-19T18:11:11Z")),
            ("  19 Nov 2019 ", Some("2019-11-19")),
            ("31.02.2019", Some("31.02.2019")),
            ("03/04/2019", Some("03/04/2019")),
            ("05/05/2019", Some("2019-05-05")),
            ("soon", None),
            ("", None),
            ("12", None),
        ] {
            assert_eq!(date::published(found).as_deref(), expected, "{found}");
        }
    }
}

mod datelines {
    use copydesk::recognize::dateline;

    #[track_caller]
    fn check(paragraph: &str, text: &str, agency: bool) {
        let Some(found) = dateline::find(paragraph) else { panic!("no dateline: {paragraph}") };
        assert_eq!((found.text, found.agency), (text, agency), "{paragraph}");
    }

    #[test]
    fn with_an_agency() {
        for (paragraph, text) in [
            ("OSLO (Reuters) - The ferry company said on Friday.", "OSLO (Reuters)"),
            ("BELL HARBOR, Ore. (AP) — The council met on Friday.", "BELL HARBOR, Ore. (AP)"),
            ("ST. MARY, N.M. (AP) — A goat came home.", "ST. MARY, N.M. (AP)"),
            ("KASHGAR, Feb. 3 (Xinhua) -- The market reopened.", "KASHGAR, Feb. 3 (Xinhua)"),
            ("Dresden (dpa) - Die Elbe steigt weiter.", "Dresden (dpa)"),
            ("Kiel (dts Nachrichtenagentur) – Der Hafen wächst.", "Kiel (dts Nachrichtenagentur)"),
            ("Altdorf/Wien (APA) – Der Tunnel ist offen.", "Altdorf/Wien (APA)"),
            ("Madrid, 20 nov (EFE).- El gobierno aprobó el plan.", "Madrid, 20 nov (EFE)"),
            ("Paris (AFP) – La ville a voté mardi.", "Paris (AFP)"),
            ("Brasília (Agência Brasil) - O governo anunciou.", "Brasília (Agência Brasil)"),
            ("(ANSA) - BARI, 20 NOV - Il porto riapre domani.", "(ANSA) - BARI, 20 NOV"),
            ("(Reuters) - Shares rose on Friday in Oslo.", "(Reuters)"),
            (
                "КАЗАНЬ, 5 июня — РИА Новости. Мост открыли в пятницу.",
                "КАЗАНЬ, 5 июня — РИА Новости",
            ),
            ("КАЗАНЬ, 5 июня. /ТАСС/. Мост открыли в пятницу.", "КАЗАНЬ, 5 июня. /ТАСС/"),
            ("OMSK, June 5. /TASS/. The bridge was opened.", "OMSK, June 5. /TASS/"),
            ("Cairo, Asharq Al-Awsat—The port opened on Friday.", "Cairo, Asharq Al-Awsat"),
            ("Cairo – Asharq Al-Awsat", "Cairo – Asharq Al-Awsat"),
            ("ANKARA (AA) - Bakanlık açıklama yaptı.", "ANKARA (AA)"),
            ("اصفهان - ایسنا - مدیر شهر گفت باران آمد.", "اصفهان - ایسنا"),
            ("تبریز (پانا) - مدرسه‌ها باز شدند و شهر آرام است.", "تبریز (پانا)"),
            ("بيروت - رويترز: قالت البلدية إن المرفأ فتح.", "بيروت - رويترز"),
            ("الرياض (واس) - افتتح المتحف أبوابه اليوم.", "الرياض (واس)"),
            ("لندن: «الشرق الأوسط»", "لندن: «الشرق الأوسط»"),
            ("لاہور( آن لائن) شہر میں بارش ہوئی اور سڑکیں بند ہیں", "لاہور( آن لائن)"),
            ("کراچی (اسٹاف رپورٹر) بندرگاہ دوبارہ کھل گئی", "کراچی (اسٹاف رپورٹر)"),
            ("लखनऊ, 20 सितंबर (भाषा) शहर में बारिश हुई।", "लखनऊ, 20 सितंबर (भाषा)"),
            ("中新社上海3月2日电 (记者 王小明)港口恢复运行。", "中新社上海3月2日电"),
            ("(부산=연합뉴스) 김하늘 기자 = 항구가 다시 열렸다.", "(부산=연합뉴스)"),
            ("[大阪 20日 ロイター] - 港が再開した。今日から。", "[大阪 20日 ロイター]"),
            ("【ソウル共同】港が再開したと当局が発表した。", "【ソウル共同】"),
        ] {
            check(paragraph, text, true);
        }
    }

    #[test]
    fn without_an_agency() {
        for (paragraph, text) in [
            ("OSLO: Twenty studios opened on Friday.", "OSLO"),
            ("PORT ARLEN: Twenty studios opened on Friday.", "PORT ARLEN"),
            ("NANTES — Le bateau part à midi.", "NANTES"),
            ("VIENNA -- The agency says it will meet.", "VIENNA"),
            ("ARLENTON — The bridge opened on Friday.", "ARLENTON"),
            ("ARLEN, Ohio – The bridge opened on Friday.", "ARLEN, Ohio"),
            ("BELL HARBOR — “We waited,” the mayor said.", "BELL HARBOR"),
            ("Lisboa.- El puerto abrió el viernes.", "Lisboa"),
            ("Jerusalén/Gaza – El paso abrió el viernes.", "Jerusalén/Gaza"),
            ("Chicago: Prices fell on Friday as traders slept.", "Chicago"),
            ("ARTI HALK- Brezilya’dan gelen gemi limanda.", "ARTI HALK"),
            ("लखनऊ। पहाड़ी गाँव में बस पहुँची।", "लखनऊ"),
            ("ঢাকা: নদীর পানি বেড়েছে শুক্রবার।", "ঢাকা"),
            ("دمشق: افتتح المتحف أبوابه اليوم.", "دمشق"),
        ] {
            check(paragraph, text, false);
        }
    }

    #[test]
    fn heads_that_are_none() {
        for paragraph in [
            "DOCX - Good for editing, and most programs open it.",
            "EPUB — Best on phones and small tablets.",
            "P.P.S. — Bring a coat and a map.",
            "TENTS FOR WINTER – The tent you pack will change.",
            "UNIDENTIFIED WOMAN #2: Is the door open?",
            "BYLINE: Most readers skip it and go on.",
            "NOTE: The museum is closed on Monday.",
            "MARLOWE: I never said that in my life.",
            "ACME - Most Complete Lock with Camera",
            "He said: The bridge is open.",
            "Note: The bridge is open.",
            "UPDATE — The bridge is open again.",
            "UNESCO — The agency lists the site.",
            "LIDAR (light detection) - It measures distance.",
            "Melbourne (3-0): Two goals in the first half.",
            "The Environmental Bureau (EB) - It was founded late.",
            "Paris – Nice",
            "Berlin - eine Stadt am Wasser und im Wandel",
            "WASHINGTON",
            "The council met on Friday - And then it left.",
            "Bill Marlowe: The bridge was never safe to cross.",
            "قال المدير - وهو من المدينة - إن المتحف فتح.",
            "新华社记者从港口了解到，船已经开了。",
            "(서울) 항구가 다시 열렸다고 한다.",
            "(Getty Images) - The picture was sold later.",
            "In May — Before the flood — the town slept.",
            "",
            "—",
            "(",
        ] {
            assert_eq!(dateline::find(paragraph), None, "{paragraph}");
        }
    }
}

mod bylines {
    use copydesk::recognize::byline;

    #[track_caller]
    fn check(line: &str, name: &str, sure: bool) {
        let Some(found) = byline::find(line) else { panic!("no byline: {line}") };
        assert_eq!((found.name, found.sure), (name, sure), "{line}");
    }

    #[test]
    fn sure_ones() {
        for (line, name) in [
            ("By Dana Winter | Lamp News", "Dana Winter"),
            ("By Dana Winter", "Dana Winter"),
            ("By DANA WINTER", "DANA WINTER"),
            ("By Dana Winter and Lee Holt", "Dana Winter and Lee Holt"),
            ("By Dana Winter, Lee Holt and Pat Marsh", "Dana Winter, Lee Holt and Pat Marsh"),
            ("By Dana Winter, CNN Business", "Dana Winter"),
            ("By Dana Winter, MD, FRCP", "Dana Winter"),
            ("By Dana Winter Staff Writer", "Dana Winter"),
            ("By Dana Winter — November 3, 2021 4 min read", "Dana Winter"),
            ("By Dana Winter Updated March 3, 2021", "Dana Winter"),
            ("By Dana Winter Jul. 19, 2021 9:45 am", "Dana Winter"),
            ("* By Dana Winter", "Dana Winter"),
            ("By J. R. Winter Jr.", "J. R. Winter Jr."),
            ("By Dana van der Holt", "Dana van der Holt"),
            ("By Ahmad al-Hadid in Arlen", "Ahmad al-Hadid"),
            ("Written by Dana O’Hara", "Dana O’Hara"),
            ("Von: Karla Busch", "Karla Busch"),
            ("Von Karla Busch", "Karla Busch"),
            ("Par Jeanne Dubois", "Jeanne Dubois"),
            ("Por Lucía Prado", "Lucía Prado"),
            ("Autor: Tomasz Zielny", "Tomasz Zielny"),
            ("Haber: Selim KAYALI/RİZE", "Selim KAYALI"),
            ("Haber-Kamera: Selim KAYALI/RİZE, (DHA)", "Selim KAYALI"),
            ("Текст: Анна Зимина", "Анна Зимина"),
            ("بقلم : نادر الحلبي", "نادر الحلبي"),
            ("लेखक: अनिल वर्मा", "अनिल वर्मा"),
            ("记者 成小明", "成小明"),
            ("(记者 成小明)", "成小明"),
            ("作者：成小明", "成小明"),
            ("文/成小明", "成小明"),
            ("김하늘 기자", "김하늘"),
        ] {
            check(line, name, true);
        }
    }

    #[test]
    fn unsure_ones() {
        for (line, name) in [
            ("By Reuters", "Reuters"),
            ("By ARLEN POST STAFF", "ARLEN POST STAFF"),
            ("Door Jan de Wit", "Jan de Wit"),
            ("Av Kari Holm", "Kari Holm"),
            ("Di Marco Valle", "Marco Valle"),
        ] {
            check(line, name, false);
        }
    }

    #[test]
    fn lines_that_are_none() {
        for line in [
            "By Any Means by Dana Winter",
            "By Monday the bridge was open.",
            "By Use Case",
            "By Company Size",
            "By Audience",
            "By Popular Demand",
            "कहानी",
            "BYLINE: Most readers skip it.",
            "By the time she left, it rained.",
            "By Dana Winter’s own account, it rained.",
            "By Dana Winter the bridge was closed",
            "Von Arlen nach Port Hale fährt kein Zug.",
            "Por primera vez",
            "Por Favor",
            "Text: Bible",
            "كتب في المكتبة",
            "文化",
            "记者从港口了解到，船已经开了。",
            "By",
            "",
        ] {
            assert_eq!(byline::find(line), None, "{line}");
        }
    }

    #[test]
    fn names_alone() {
        for line in [
            "Selma Yıldız",
            "Lucía Prado",
            "Rami Hadiyye",
            "Jan van der Wit",
            "J. R. Winter",
            "Anna-Lena O’Hara",
            "SAM HOLT",
            "Анна Зимина",
            "Νίκος Παππάς",
            "نادر الحلبي",
            "अनिल वर्मा",
            "王小明",
            "김하늘",
            "Ahmad al-Hadid",
        ] {
            assert!(byline::is_name(line), "{line}");
        }
        for line in [
            "New York",
            "Most Popular",
            "Read More",
            "The Bridge",
            "Bridge",
            "Sam holt",
            "Sam Holt.",
            "Sam Holt, 42",
            "Fox News",
            "Getty Images",
            "Opinion Columnist",
            "在北京的天气很好。",
            "分享",
            "قال المدير إن المتحف فتح أبوابه",
            "",
            "A B",
        ] {
            assert!(!byline::is_name(line), "{line}");
        }
    }

    #[test]
    fn roles() {
        for line in [
            "Opinion Columnist",
            "Staff Writer",
            "Correspondent",
            "BBC Arlen correspondent",
            "Chief Writer, The Lamp",
            "Reporter at The Lamp",
            "Redakteurin",
            "Politikredakteur",
            "Korrespondent in Wien",
            "Journaliste",
            "Envoyée spéciale à Lyon",
            "Corresponsal en Quito",
            "Обозреватель",
            "كاتب من الساحل",
            "صحافية وروائية لبنانية",
            "Yazar",
            "特派員",
        ] {
            assert!(byline::is_author_role(line), "{line}");
        }
        for line in [
            "The Writer",
            "Writer wins a prize for his novel",
            "A reporter was hurt on Friday.",
            "Editor leaves paper after 40 years of work and more",
            "Opinion",
            "كان كاتب القصة في المدينة",
            "",
            "42 Reporters",
        ] {
            assert!(!byline::is_author_role(line), "{line}");
        }
    }
}

mod credits {
    use copydesk::recognize::credit;

    #[track_caller]
    fn check(line: &str, text: &str, expression: &str, strong: bool) {
        let Some(found) = credit::find(line) else { panic!("no credit: {line}") };
        assert_eq!(found.text, text, "text of {line}");
        assert_eq!(&line[found.span.clone()], expression, "span of {line}");
        assert_eq!(found.strong, strong, "strong: {line}");
        assert_eq!(
            found.alone,
            found.span == (0..line.len()) && !expression.is_empty(),
            "alone: {line}"
        );
    }

    #[test]
    fn in_brackets() {
        for (line, text, expression) in [
            ("The mayor waves in Arlen, May 3, 2021. (AP)", "AP", "(AP)"),
            ("The mayor waves (AFP)", "AFP", "(AFP)"),
            ("The mayor waves. (Getty Images)", "Getty Images", "(Getty Images)"),
            (
                "The mayor waves. (Photo by SAM HOLT / AFP)",
                "SAM HOLT / AFP",
                "(Photo by SAM HOLT / AFP)",
            ),
            ("The mayor waves. (AP Photo/Sam Holt)", "AP/Sam Holt", "(AP Photo/Sam Holt)"),
            (
                "The mayor waves. (AP Photo/Sam Holt, File)",
                "AP/Sam Holt",
                "(AP Photo/Sam Holt, File)",
            ),
            ("The mayor waves. (Sam Holt/AP)", "Sam Holt/AP", "(Sam Holt/AP)"),
            ("The mayor waves. (Photo: Lamp Press)", "Lamp Press", "(Photo: Lamp Press)"),
            (
                "The mayor waves. (Courtesy of the lamp museum)",
                "Courtesy of the lamp museum",
                "(Courtesy of the lamp museum)",
            ),
            ("The mayor waves. (Supplied)", "Supplied", "(Supplied)"),
            ("The mayor waves. (Xinhua/Li Na)", "Xinhua/Li Na", "(Xinhua/Li Na)"),
            ("Le maire salue (Photo, AFP).", "AFP", "(Photo, AFP)."),
            ("The mayor waves (Image: GETTY )", "GETTY", "(Image: GETTY )"),
            ("(Image: © NASA/ESA/K. Holt)", "NASA/ESA/K. Holt", "(Image: © NASA/ESA/K. Holt)"),
            (
                "(Foto: picture alliance / laif)",
                "picture alliance / laif",
                "(Foto: picture alliance / laif)",
            ),
            (
                "(© KEYSTONE/EPA/SAM HOLT / POOL)",
                "KEYSTONE/EPA/SAM HOLT / POOL",
                "(© KEYSTONE/EPA/SAM HOLT / POOL)",
            ),
            ("(Arlen News Agency)", "Arlen News Agency", "(Arlen News Agency)"),
            ("El puente de noche. SARA PRADO (EFE)", "SARA PRADO (EFE)", "SARA PRADO (EFE)"),
            ("الجسر بعد المطر (رويترز)", "رويترز", "(رويترز)"),
            ("پل پس از باران (عکس: ایسنا)", "ایسنا", "(عکس: ایسنا)"),
            ("बारिश के बाद पुल। (फोटो: एएनआई)", "एएनआई", "(फोटो: एएनआई)"),
            ("雨后的桥。（新华社记者李小明摄）", "新华社/李小明", "（新华社记者李小明摄）"),
            ("Köprü yağmurdan sonra (İHA)", "İHA", "(İHA)"),
        ] {
            check(line, text, expression, true);
        }
        check(
            "The mayor waves. (Arlen Lamp Works)",
            "Arlen Lamp Works",
            "(Arlen Lamp Works)",
            false,
        );
        check("“We waited,” the editor said. (Reuters)", "Reuters", "(Reuters)", false);
    }

    #[test]
    fn behind_a_label_or_at_the_end() {
        for (line, text, expression) in [
            (
                "A village by the lake. Photograph: Sam Holt/Getty Images",
                "Sam Holt/Getty Images",
                "Photograph: Sam Holt/Getty Images",
            ),
            (
                "The mayor lost two districts. Credit... Sam Holt/The New York Times",
                "Sam Holt/The New York Times",
                "Credit... Sam Holt/The New York Times",
            ),
            (
                "Eine Frau pflanzt Rosen. Foto: Jens Holt/dpa",
                "Jens Holt/dpa",
                "Foto: Jens Holt/dpa",
            ),
            (
                "Der See im Winter. Bild: picture alliance/dpa | Jens Holt",
                "picture alliance/dpa | Jens Holt",
                "Bild: picture alliance/dpa | Jens Holt",
            ),
            ("Köprü yağmurdan sonra. Fotoğraf: AA", "AA", "Fotoğraf: AA"),
            (
                "Un homme marche à Lyon, samedi matin. Photo: AP/Sam Holt",
                "AP/Sam Holt",
                "Photo: AP/Sam Holt",
            ),
            ("Photo: Sam Holt, AP", "Sam Holt, AP", "Photo: Sam Holt, AP"),
            ("Photo: Getty Images", "Getty Images", "Photo: Getty Images"),
            ("Image copyright Getty Images", "Getty Images", "Image copyright Getty Images"),
            ("© Reuters / Sam Holt", "Reuters / Sam Holt", "© Reuters / Sam Holt"),
            (
                "Мост после дождя. © РИА Новости / Анна Зимина",
                "РИА Новости / Анна Зимина",
                "© РИА Новости / Анна Зимина",
            ),
            (
                "Мост после дождя / автор фото Зимина Анна/Фотохроника",
                "Зимина Анна/Фотохроника",
                "/ автор фото Зимина Анна/Фотохроника",
            ),
            (
                "The bridge after the rain, May 3. REUTERS/Sam Holt",
                "REUTERS/Sam Holt",
                "REUTERS/Sam Holt",
            ),
            ("REUTERS/Sam Holt", "REUTERS/Sam Holt", "REUTERS/Sam Holt"),
            ("The bridge is closed for the summer Sam Holt/AP", "Sam Holt/AP", "Sam Holt/AP"),
            (
                "The bridge after the rain. Sam Holt / AFP via Getty Images",
                "Sam Holt / AFP via Getty Images",
                "Sam Holt / AFP via Getty Images",
            ),
            ("图为雨后的桥。 李小明 摄", "李小明", "李小明 摄"),
            ("雨上がりの橋＝2021年1月2日、井出さゆり撮影", "井出さゆり", "井出さゆり撮影"),
            ("Getty Images", "Getty Images", "Getty Images"),
        ] {
            check(line, text, expression, true);
        }
        check("Reuters", "Reuters", "Reuters", false);
        check("Sam Holt for NPR", "Sam Holt for NPR", "Sam Holt for NPR", true);
        check("Sam Holt for The Lamp", "Sam Holt for The Lamp", "Sam Holt for The Lamp", false);
    }

    #[test]
    fn labels_of_captions() {
        let label = |line: &str| {
            credit::find(line)
                .and_then(|found| found.prefix_label)
                .map(|label| line[label].to_owned())
        };
        assert_eq!(label("Image: The captain has signed until 2025").as_deref(), Some("Image: "));
        assert_eq!(label("Image: Sam Holt").as_deref(), Some("Image: "));
        assert_eq!(label("Image caption The bridge was closed").as_deref(), Some("Image caption "));
        assert_eq!(label("Photo: Sam Holt, AP"), None);
        let line = "FILE PHOTO: The bridge is seen in Arlen. REUTERS/Sam Holt/File Photo";
        assert_eq!(label(line).as_deref(), Some("FILE PHOTO: "));
        check(line, "REUTERS/Sam Holt", "REUTERS/Sam Holt/File Photo", true);
        let line = "The bridge. REUTERS/ Stringer BEST QUALITY AVAILABLE/File Photo";
        check(
            line,
            "REUTERS/ Stringer",
            "REUTERS/ Stringer BEST QUALITY AVAILABLE/File Photo",
            true,
        );
        check("The bridge. (File)", "File", "(File)", true);
    }

    #[test]
    fn lines_without_one() {
        for line in [
            "The picture came from an agency, the Associated Press (AP)",
            "Two rivals followed: Reuters and Agence France-Presse (AFP)",
            "The Environmental Protection Agency (EPA) estimates the cost.",
            "It was the Environmental Protection Agency (EPA)",
            "The mayor waved (and left).",
            "The bridge was closed on Friday (May 3)",
            "She won the race (5-3)",
            "The photo: a bridge in the rain, taken by someone who left.",
            "He told Reuters that the bridge was closed.",
            "The council met the agency AP",
            "AA",
            "TT",
            "20",
            "Photo",
            "© 2021 Lamp Media. All rights reserved.",
            "Copyright © Lamp Media",
            "© Lamp Media 2021",
            "© dpa-infocom, dpa:210304-99-1/2",
            "Meal Plans for Busy Weeks",
            "22. Lamp App for Single Parents",
            "The bridge was closed [Reuters]",
            "By Dana Winter | Fox News",
            "The lamp went out at four, as it had for thirty years.",
            "",
            "()",
            "(",
            ")",
        ] {
            assert_eq!(credit::find(line), None, "{line}");
        }
    }
}

mod hostile {
    use std::time::{Duration, Instant};

    use copydesk::recognize::{byline, credit, date, dateline};
    use proptest::prelude::*;

    /// Everything at once; slices are taken so that a wrong span panics.
    fn recognize(line: &str) {
        let _ = date::line(line);
        let _ = date::published(line);
        let _ = byline::is_name(line);
        let _ = byline::is_author_role(line);
        if let Some(found) = byline::find(line) {
            assert!(line.contains(found.name) && !found.name.is_empty());
        }
        if let Some(found) = dateline::find(line) {
            assert!(line.starts_with(found.text) && !found.text.is_empty());
        }
        if let Some(found) = credit::find(line) {
            let _ = &line[found.span.clone()];
            let label = found.prefix_label.clone().map(|label| line[label].len());
            assert!(label.is_some() || !found.text.is_empty());
            assert!(!found.alone || found.span.start == 0, "{line:.80}: {found:?}");
        }
    }

    #[test]
    fn long_lines_of_one_kind_take_no_time() {
        let pieces = [
            "a", "A", "A ", "( ", ") ", "()", "(AP) ", "- ", "— ", ": ", "Photo: ", "Photo ", "© ",
            "/ ", "1 ", "1:", "2020-", "May ", "By ", "By A ", "记", "摄 ", "ا ", "न ", "По ",
            ". ", "Foto: A/", "REUTERS/", "A, ", "“", "\u{a0}", "\u{301}", "İ", "서울=", "年",
        ];
        for piece in pieces {
            for len in [150, 1_900, 100_000] {
                let line = piece.repeat(len / piece.len());
                let line = line.trim();
                for line in [
                    line.to_owned(),
                    format!("{line})"),
                    format!("By {line}"),
                    format!("{line} (AP)"),
                    format!("({line}"),
                ] {
                    let start = Instant::now();
                    recognize(line.trim());
                    assert!(start.elapsed() < Duration::from_secs(2), "{piece:?} x {len}");
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_line_panics(line in "\\PC{0,80}") {
            recognize(line.trim());
        }

        #[test]
        fn no_line_of_its_own_words_panics(
            parts in proptest::collection::vec(proptest::sample::select(vec![
                "By", "Photo", "Foto:", "(", ")", "AP", "/", "Reuters", "©", "2020", "19", ":", ".", "-", "—", "May", "مايو", "كانون", "الثاني", "تشرين", "年", "月",
                "日", "摄", "撮影", "记者", "LYON", "Berlin", "،", "Uhr", "PM", "GMT", "+", "07", "12", "Updated", "ago", "hours", "Source", "İ", "ß", "।", "नई दिल्ली", "[", "]",
                "서울", "=", "연합뉴스", "기자", "«", "»", "…", "File Photo", "via", "T", "2020-02-02T10:00:00Z", "'", "’s", "\u{301}", "，", "（", "）",
            ]), 0..12),
            spaces in proptest::collection::vec(proptest::bool::ANY, 12),
        ) {
            let mut line = String::new();
            for (part, space) in parts.iter().zip(&spaces) {
                line.push_str(part);
                if *space {
                    line.push(' ');
                }
            }
            recognize(line.trim());
        }
    }
}
