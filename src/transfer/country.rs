//! Names of countries, as address books have them: English ones from the Unicode CLDR, and what countries call
//! themselves and their neighbours.
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::http::schema::formats;
use crate::text::fold;

/// The ISO 3166-1 code of a country by its code or name, without regard to case and accents.
pub fn country(text: &str) -> Option<String> {
    static BY_NAME: LazyLock<HashMap<String, &'static str>> =
        LazyLock::new(|| NAMES.iter().map(|(name, code)| (fold(name), *code)).collect());
    let code = text.trim().to_uppercase();
    if formats::country(&code) {
        return Some(code);
    }
    BY_NAME.get(&fold(text)).map(|code| (*code).to_owned())
}

#[rustfmt::skip]
const NAMES: [(&str, &str); 381] = [
    ("Afghanistan", "AF"), ("Albania", "AL"), ("Alemanha", "DE"), ("Alemania", "DE"), ("Algeria", "DZ"),
    ("Allemagne", "DE"), ("American Samoa", "AS"), ("Andorra", "AD"), ("Angola", "AO"), ("Anguilla", "AI"),
    ("Antarctica", "AQ"), ("Antigua & Barbuda", "AG"), ("Argentina", "AR"), ("Armenia", "AM"), ("Aruba", "AW"),
    ("Australia", "AU"), ("Austria", "AT"), ("Azerbaijan", "AZ"), ("BRD", "DE"), ("Bahamas", "BS"), ("Bahrain", "BH"),
    ("Bangladesh", "BD"), ("Barbados", "BB"), ("Belarus", "BY"), ("Belgien", "BE"), ("Belgique", "BE"),
    ("Belgium", "BE"), ("België", "BE"), ("Belize", "BZ"), ("Benin", "BJ"), ("Bermuda", "BM"), ("Bhutan", "BT"),
    ("Bolivia", "BO"), ("Bosnia & Herzegovina", "BA"), ("Botswana", "BW"), ("Bouvet Island", "BV"), ("Brasil", "BR"),
    ("Brazil", "BR"), ("British Indian Ocean Territory", "IO"), ("British Virgin Islands", "VG"), ("Brunei", "BN"),
    ("Bulgaria", "BG"), ("Burkina Faso", "BF"), ("Burma", "MM"), ("Burundi", "BI"), ("Cambodia", "KH"),
    ("Cameroon", "CM"), ("Canada", "CA"), ("Cape Verde", "CV"), ("Caribbean Netherlands", "BQ"),
    ("Cayman Islands", "KY"), ("Central African Republic", "CF"), ("Chad", "TD"), ("Chile", "CL"), ("China", "CN"),
    ("Christmas Island", "CX"), ("Cocos (Keeling) Islands", "CC"), ("Colombia", "CO"), ("Comoros", "KM"),
    ("Congo - Brazzaville", "CG"), ("Congo - Kinshasa", "CD"), ("Cook Islands", "CK"), ("Costa Rica", "CR"),
    ("Croatia", "HR"), ("Cuba", "CU"), ("Curaçao", "CW"), ("Cyprus", "CY"), ("Czech Republic", "CZ"),
    ("Czechia", "CZ"), ("Côte d’Ivoire", "CI"), ("Danmark", "DK"), ("Denmark", "DK"), ("Deutschland", "DE"),
    ("Djibouti", "DJ"), ("Dominica", "DM"), ("Dominican Republic", "DO"), ("Duitsland", "DE"), ("Dänemark", "DK"),
    ("Ecuador", "EC"), ("Eesti", "EE"), ("Egypt", "EG"), ("El Salvador", "SV"), ("England", "GB"),
    ("Equatorial Guinea", "GQ"), ("Eritrea", "ER"), ("Espagne", "ES"), ("Espanha", "ES"), ("España", "ES"),
    ("Estados Unidos", "US"), ("Estonia", "EE"), ("Eswatini", "SZ"), ("Ethiopia", "ET"), ("Falkland Islands", "FK"),
    ("Faroe Islands", "FO"), ("Fiji", "FJ"), ("Finland", "FI"), ("Finnland", "FI"), ("France", "FR"),
    ("Francia", "FR"), ("Frankreich", "FR"), ("Frankrijk", "FR"), ("França", "FR"), ("French Guiana", "GF"),
    ("French Polynesia", "PF"), ("French Southern Territories", "TF"), ("Gabon", "GA"), ("Gambia", "GM"),
    ("Georgia", "GE"), ("Germania", "DE"), ("Germany", "DE"), ("Ghana", "GH"), ("Gibraltar", "GI"),
    ("Great Britain", "GB"), ("Greece", "GR"), ("Greenland", "GL"), ("Grenada", "GD"), ("Griechenland", "GR"),
    ("Großbritannien", "GB"), ("Guadeloupe", "GP"), ("Guam", "GU"), ("Guatemala", "GT"), ("Guernsey", "GG"),
    ("Guinea", "GN"), ("Guinea-Bissau", "GW"), ("Guyana", "GY"), ("Haiti", "HT"), ("Heard & McDonald Islands", "HM"),
    ("Holland", "NL"), ("Honduras", "HN"), ("Hong Kong", "HK"), ("Hong Kong SAR China", "HK"), ("Hrvatska", "HR"),
    ("Hungary", "HU"), ("Iceland", "IS"), ("India", "IN"), ("Indonesia", "ID"), ("Iran", "IR"), ("Iraq", "IQ"),
    ("Ireland", "IE"), ("Irland", "IE"), ("Isle of Man", "IM"), ("Israel", "IL"), ("Italia", "IT"), ("Italie", "IT"),
    ("Italien", "IT"), ("Italy", "IT"), ("Ivory Coast", "CI"), ("Jamaica", "JM"), ("Japan", "JP"), ("Jersey", "JE"),
    ("Jordan", "JO"), ("Kazakhstan", "KZ"), ("Kenya", "KE"), ("Kiribati", "KI"), ("Korea", "KR"), ("Kuwait", "KW"),
    ("Kyrgyzstan", "KG"), ("Laos", "LA"), ("Latvia", "LV"), ("Latvija", "LV"), ("Lebanon", "LB"), ("Lesotho", "LS"),
    ("Liberia", "LR"), ("Libya", "LY"), ("Liechtenstein", "LI"), ("Lietuva", "LT"), ("Lithuania", "LT"),
    ("Luxembourg", "LU"), ("Luxemburg", "LU"), ("Macao SAR China", "MO"), ("Macau", "MO"), ("Macedonia", "MK"),
    ("Madagascar", "MG"), ("Magyarország", "HU"), ("Malawi", "MW"), ("Malaysia", "MY"), ("Maldives", "MV"),
    ("Mali", "ML"), ("Malta", "MT"), ("Marshall Islands", "MH"), ("Martinique", "MQ"), ("Mauritania", "MR"),
    ("Mauritius", "MU"), ("Mayotte", "YT"), ("Mexico", "MX"), ("Micronesia", "FM"), ("Moldova", "MD"),
    ("Monaco", "MC"), ("Mongolia", "MN"), ("Montenegro", "ME"), ("Montserrat", "MS"), ("Morocco", "MA"),
    ("Mozambique", "MZ"), ("Myanmar (Burma)", "MM"), ("México", "MX"), ("Namibia", "NA"), ("Nauru", "NR"),
    ("Nederland", "NL"), ("Nepal", "NP"), ("Netherlands", "NL"), ("New Caledonia", "NC"), ("New Zealand", "NZ"),
    ("Nicaragua", "NI"), ("Niederlande", "NL"), ("Niemcy", "DE"), ("Niger", "NE"), ("Nigeria", "NG"), ("Niue", "NU"),
    ("Norfolk Island", "NF"), ("Norge", "NO"), ("North Korea", "KP"), ("North Macedonia", "MK"),
    ("Northern Ireland", "GB"), ("Northern Mariana Islands", "MP"), ("Norway", "NO"), ("Norwegen", "NO"),
    ("Oman", "OM"), ("PRC", "CN"), ("Pakistan", "PK"), ("Palau", "PW"), ("Palestine", "PS"),
    ("Palestinian Territories", "PS"), ("Panama", "PA"), ("Papua New Guinea", "PG"), ("Paraguay", "PY"),
    ("Pays-Bas", "NL"), ("People's Republic of China", "CN"), ("Peru", "PE"), ("Perú", "PE"), ("Philippines", "PH"),
    ("Pitcairn Islands", "PN"), ("Poland", "PL"), ("Polen", "PL"), ("Polska", "PL"), ("Portugal", "PT"),
    ("Puerto Rico", "PR"), ("Qatar", "QA"), ("Regno Unito", "GB"), ("Reino Unido", "GB"),
    ("Republic of Ireland", "IE"), ("Republic of Korea", "KR"), ("Romania", "RO"), ("România", "RO"),
    ("Royaume-Uni", "GB"), ("Russia", "RU"), ("Russian Federation", "RU"), ("Russland", "RU"), ("Rwanda", "RW"),
    ("Réunion", "RE"), ("Samoa", "WS"), ("San Marino", "SM"), ("Saudi Arabia", "SA"), ("Schweden", "SE"),
    ("Schweiz", "CH"), ("Scotland", "GB"), ("Senegal", "SN"), ("Serbia", "RS"), ("Seychelles", "SC"),
    ("Sierra Leone", "SL"), ("Singapore", "SG"), ("Sint Maarten", "SX"), ("Slovakia", "SK"), ("Slovenia", "SI"),
    ("Slovenija", "SI"), ("Slovensko", "SK"), ("Solomon Islands", "SB"), ("Somalia", "SO"), ("South Africa", "ZA"),
    ("South Georgia & South Sandwich Islands", "GS"), ("South Korea", "KR"), ("South Sudan", "SS"), ("Spagna", "ES"),
    ("Spain", "ES"), ("Spanien", "ES"), ("Sri Lanka", "LK"), ("St. Barthélemy", "BL"), ("St. Helena", "SH"),
    ("St. Kitts & Nevis", "KN"), ("St. Lucia", "LC"), ("St. Martin", "MF"), ("St. Pierre & Miquelon", "PM"),
    ("St. Vincent & Grenadines", "VC"), ("Stati Uniti", "US"), ("Sudan", "SD"), ("Suisse", "CH"), ("Suomi", "FI"),
    ("Suriname", "SR"), ("Svalbard & Jan Mayen", "SJ"), ("Sverige", "SE"), ("Svizzera", "CH"), ("Swaziland", "SZ"),
    ("Sweden", "SE"), ("Switzerland", "CH"), ("Syria", "SY"), ("São Tomé & Príncipe", "ST"), ("Taiwan", "TW"),
    ("Tajikistan", "TJ"), ("Tanzania", "TZ"), ("Thailand", "TH"), ("The Netherlands", "NL"), ("Timor-Leste", "TL"),
    ("Togo", "TG"), ("Tokelau", "TK"), ("Tonga", "TO"), ("Trinidad & Tobago", "TT"), ("Tschechien", "CZ"),
    ("Tunisia", "TN"), ("Turkey", "TR"), ("Turkmenistan", "TM"), ("Turks & Caicos Islands", "TC"), ("Tuvalu", "TV"),
    ("Türkei", "TR"), ("Türkiye", "TR"), ("U.K.", "GB"), ("U.S.", "US"), ("U.S. Outlying Islands", "UM"),
    ("U.S. Virgin Islands", "VI"), ("U.S.A.", "US"), ("UAE", "AE"), ("UK", "GB"), ("USA", "US"), ("Uganda", "UG"),
    ("Ukraine", "UA"), ("Ungarn", "HU"), ("United Arab Emirates", "AE"), ("United Kingdom", "GB"),
    ("United States", "US"), ("United States of America", "US"), ("Uruguay", "UY"), ("Uzbekistan", "UZ"),
    ("Vanuatu", "VU"), ("Vatican City", "VA"), ("Venezuela", "VE"), ("Vereinigte Staaten", "US"),
    ("Vereinigtes Königreich", "GB"), ("Verenigd Koninkrijk", "GB"), ("Viet Nam", "VN"), ("Vietnam", "VN"),
    ("Việt Nam", "VN"), ("Wales", "GB"), ("Wallis & Futuna", "WF"), ("Western Sahara", "EH"), ("Yemen", "YE"),
    ("Zambia", "ZM"), ("Zimbabwe", "ZW"), ("Åland Islands", "AX"), ("Éire", "IE"), ("États-Unis", "US"),
    ("Ísland", "IS"), ("Österreich", "AT"), ("Česko", "CZ"), ("Ελλάδα", "GR"), ("Беларусь", "BY"), ("България", "BG"),
    ("Казахстан", "KZ"), ("Россия", "RU"), ("Украина", "UA"), ("Україна", "UA"), ("ישראל", "IL"),
    ("الإمارات العربية المتحدة", "AE"), ("المغرب", "MA"), ("المملكة العربية السعودية", "SA"), ("مصر", "EG"),
    ("भारत", "IN"), ("ไทย", "TH"), ("アメリカ合衆国", "US"), ("中华人民共和国", "CN"), ("中国", "CN"), ("中国香港特别行政区", "HK"),
    ("中國", "CN"), ("中國香港特別行政區", "HK"), ("台湾", "TW"), ("台灣", "TW"), ("日本", "JP"), ("日本国", "JP"), ("美国", "US"),
    ("韓国", "KR"), ("韩国", "KR"), ("대한민국", "KR"), ("미국", "US"), ("일본", "JP"),
];

#[cfg(test)]
mod tests {
    use super::country;

    #[test]
    fn countries_have_codes_and_names() {
        for (text, code) in [
            ("us", "US"),
            (" USA", "US"),
            ("deutschland", "DE"),
            ("Osterreich", "AT"),
            ("日本", "JP"),
            ("Türkiye", "TR"),
        ] {
            assert_eq!(country(text).as_deref(), Some(code), "{text}");
        }
        assert_eq!(country("Atlantis"), None);
    }
}
