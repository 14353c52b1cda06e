use std::sync::Arc;

use super::{Problem, check, place, render};
use crate::templates::facts;

fn places(source: &str) -> Vec<(&'static str, u32, u32)> {
    let problems = check(source).expect_err(source);
    problems.iter().map(|problem| (problem.code, place(source, problem.at).0, place(source, problem.at).1)).collect()
}

fn example(source: &str) -> Result<super::Rendered, Problem> {
    let used = check(source).unwrap_or_else(|problems| panic!("{source}: {problems:?}"));
    let facts = facts::example("en").with_custom(used.into_iter().map(|one| one.variable));
    render(source, &Arc::new(facts))
}

fn nobody(source: &str) -> super::Rendered {
    check(source).unwrap_or_else(|problems| panic!("{source}: {problems:?}"));
    render(source, &Arc::new(facts::nothing())).unwrap_or_else(|problem| panic!("{source}: {problem:?}"))
}

#[test]
fn all_faults_are_told_with_their_lines_and_columns() {
    let source = "Hi {{ contact.frist_name }},\n\nä {{ company.name | shout }} {{ 1 + }} {{ nobody }}\n{% set x = 1 %}";
    assert_eq!(
        places(source),
        [
            ("unknown_variable", 1, 7),
            ("unknown_filter", 3, 21),
            ("template_syntax", 3, 37),
            ("unknown_variable", 3, 43),
            ("unknown_statement", 4, 4),
        ]
    );
    let statement = "{{ nobody }}\n {% include \"x\" %}{{ contact.name|shout }}";
    assert_eq!(places(statement), [("unknown_variable", 1, 4), ("template_syntax", 2, 5), ("unknown_filter", 2, 35)]);
    assert_eq!(places("{% if %}{{ nobody }}{% endif %}")[0].0, "template_syntax");
    // What is not closed is told where it begins.
    for (text, place) in [
        ("Hi {{ contact.first_name", (1, 4)),
        ("Hi,\n\nä {{ contact.first_name,\n\nI would", (3, 3)),
        ("Hi {{ contact.first_name {{ company.name }}", (1, 4)),
        ("{{ company.name }} {% if contact", (1, 20)),
        ("{# {{ x }} #}\n{{ company.name }} {# so", (2, 20)),
        ("Hi,\n\nä {% if contact.name %}yes\n\nand so on\n", (3, 3)),
        ("{% if today %}\n{% for x in contact.industries %}{{ x }}\n", (2, 1)),
        ("{% for x in contact.industries %}\n {% if x %}{{ x }}{% endfor %}\nend", (2, 2)),
        ("{% if today %}a{% else %}b\n", (1, 1)),
    ] {
        let (code, line, column) = places(text)[0];
        assert_eq!((code, (line, column)), ("template_syntax", place), "{text}");
    }
    assert_eq!(
        places("{% if today %}\n{{ 1 + }} and\n{{ contact.name }}"),
        [("template_syntax", 1, 1), ("template_syntax", 2, 8)],
        "the one hides the other from nobody"
    );
    let problems = check(source).unwrap_err();
    assert!(problems[0].detail.ends_with("did you mean `contact.first_name`?"), "{}", problems[0].detail);
}

#[test]
fn what_a_letter_does_not_need_is_refused() {
    for source in [
        "{% include \"/etc/passwd\" %}",
        "{% extends \"x\" %}",
        "{% import \"x\" as y %}",
        "{% macro x() %}{% endmacro %}",
        "{% set x = 1 %}",
        "{% with x = 1 %}{% endwith %}",
        "{% filter upper %}{% endfilter %}",
        "{% autoescape true %}{% endautoescape %}",
        "{% do x() %}",
        "{% for a, b in contact.industries %}{% endfor %}",
        "{% for a in contact.industries recursive %}{% endfor %}",
        "{{ range(10) }}",
        "{{ contact.name.upper() }}",
        "{{ contact.name[0:2] }}",
        "{{ {\"a\": 1} }}",
        "{{ \"x\" * 1000000 }}",
        "{{ 2 ** 100 }}",
        "{{ contact }}",
        "{{ contact.industries[0] }}",
        "{{ contact.name if contact.name }}",
        "{{ contact.name|join(*contact.industries) }}",
        "{{ contact.name is divisibleby(2) }}",
        "{{ __class__ }}",
        "{{",
        "{% if contact.name %}",
        "{% endif %}",
        "{% if %}{% endif %}",
        "{{ contact.first_name.x }}",
        "{% for x in contact.industries %}{{ x.y }}{{ loop.cycle }}{% endfor %}",
    ] {
        assert!(check(source).is_err(), "{source}");
    }
}

#[test]
fn texts_that_would_go_too_deep_or_on_for_ever_are_stopped() {
    for source in [
        format!("{{% if today %}}{}{{% endif %}}", "{% elif today %}".repeat(5_000)),
        format!("{}{}", "{% if today %}".repeat(3_000), "{% endif %}".repeat(3_000)),
        format!("{{{{ contact{} }}}}", ".a".repeat(9_000)),
        format!("{{{{ contact.name{} }}}}", "|upper".repeat(9_000)),
        format!("{{{{ {}1{} }}}}", "(".repeat(9_000), ")".repeat(9_000)),
        format!("{{{{ {}1 }}}}", "not ".repeat(9_000)),
        format!("{{{{ \"}}}}\"{} }}}}", "~1".repeat(9_000)),
    ] {
        assert!(check(&source).is_err(), "{}", &source[..60]);
    }
    let five = "{% for a in contact.shared_ground %}".repeat(30) + "x" + &"{% endfor %}".repeat(30);
    let stopped = example(&five).unwrap_err();
    assert_eq!(stopped.code, "too_complex");
    let four = "{{ contact.name|default(\"0123456789\") ~ \"".to_owned() + &"x".repeat(9_000) + "\" }}";
    let long = "{% for a in contact.shared_ground %}".repeat(4) + &four + &"{% endfor %}".repeat(4);
    assert_eq!(example(&long).unwrap_err().code, "too_long");
}

#[test]
fn variables_filters_and_conditions_fill_a_text() {
    let cases = [
        ("Hi {{ contact.first_name }}", "Hi Ada"),
        ("{{ contact.name|first_name }} {{ note.person|first_name }}", "Ada Priya"),
        ("{{ position.title|lower|article }}", "a head of computing"),
        ("{{ \"university teacher\"|article }}, {{ \"hour\"|article }}", "a university teacher, an hour"),
        ("{{ contact.expertise|and_list }}", "battery modelling and forecasting"),
        ("{{ contact.expertise }}", "battery modelling and forecasting"),
        ("{{ \"on \" ~ contact.expertise ~ \"!\" }}", "on battery modelling and forecasting!"),
        ("{{ [\"a\", \"b\", contact.first_name] }}", "a, b and Ada"),
        ("{{ (\"a\", 2) }}", "a and 2"),
        ("{{ contact.expertise|length }}{{ contact.expertise|last }}", "2forecasting"),
        ("{% if \"forecasting\" in contact.expertise %}yes{% endif %}", "yes"),
        (
            "{% for x in contact.expertise %}{{ x }}{% if not loop.last %}; {% endif %}{% endfor %}",
            "battery modelling; forecasting",
        ),
        ("{{ meeting.starts_at|date }} at {{ meeting.starts_at|time }}", "Thursday 12 March at 14:30 GMT"),
        ("{{ meeting.starts_at|time(12) }} on {{ meeting.starts_at|date(\"short\") }}", "2:30 pm GMT on 12 Mar"),
        ("{% if connector %}{{ connector.first_name }}{% else %}nobody{% endif %}", "Tom"),
        ("{{ contact.custom_fields.cohort }}{{ contact.custom_fields[\"a b\"] }}", "spring 2026spring 2026"),
        ("{{ meeting.duration_minutes }} minutes", "15 minutes"),
        ("a\n{% if contact %}\nb\n{% endif %}\nc", "a\nb\nc"),
        ("{{ contact.headline|truncate(16) }}", "Computing for…"),
        ("{{ company.name ~ \"!\" }} {{ \"x\" if connector else \"y\" }}", "Analytical Engines Ltd! x"),
    ];
    for (source, text) in cases {
        let rendered = example(source).unwrap_or_else(|problem| panic!("{source}: {problem:?}"));
        assert_eq!((rendered.text.as_str(), rendered.missing.len()), (text, 0), "{source}");
    }
    assert_eq!(
        example("{{ company.name }} {% if connector.name %}x{% endif %}").unwrap().filled,
        ["company.name", "connector.name"]
    );
}

#[test]
fn what_is_true_false_or_none_is_no_text() {
    for source in [
        "{{ none }}",
        "{{ true }}",
        "{{ not company.name }}",
        "{{ company.name == \"x\" }}",
        "{{ \"x\" in contact.industries }}",
        "{{ company.name is defined }}",
        "{{ company.name|default(none) }}",
        "{{ company.name|default(false)|upper }}",
        "{{ company.name or false }}",
        "{{ \"a\" ~ none }}",
        "{{ [none, \"a\"] }}",
        "{{ none if connector else \"x\" }}",
        "{% for x in contact.industries %}{{ loop.first }}{% endfor %}",
    ] {
        assert_eq!(places(source)[0].0, "not_text", "{source}");
    }
    for source in ["{% for x in [none] %}{{ x }}{% endfor %}", "{% for x in [true] %}a {{ x }}{% endfor %}"] {
        assert_eq!(example(source).unwrap_err().code, "template_error", "{source}");
    }
    for source in [
        "{{ \"x\" if company.name == \"y\" else \"z\" }}",
        "{% if not company.name %}{{ company.name|default(\"\") }}{% endif %}",
        "{{ contact.industries|length }}",
        "{{ company.name or \"you\" }}",
    ] {
        assert!(example(source).is_ok(), "{source}");
    }
    let slice = check("{{ contact.name[0:2] }}").unwrap_err();
    assert_eq!(slice[0].detail, "an expression cannot be used in templates");
}

#[test]
fn a_filter_cannot_take_what_never_works() {
    for (source, place) in [
        ("{{ meeting.starts_at|time(\"12\") }}", (1, 22)),
        ("{{ meeting.starts_at|time(11) }}", (1, 22)),
        ("{{ meeting.starts_at|date(5) }}", (1, 22)),
        ("a\n{{ contact.name|truncate(-1) }}", (2, 17)),
        ("{{ contact.name|truncate(0) }}", (1, 17)),
        ("{{ contact.name|truncate(\"ten\") }}", (1, 17)),
        ("{{ contact.name|truncate(1.5) }}", (1, 17)),
        ("{{ contact.industries|join(1) }}", (1, 23)),
    ] {
        let (code, line, column) = places(source)[0];
        assert_eq!(code, "wrong_filter", "{source}");
        assert_eq!(line, place.0, "{source}");
        assert!(column <= place.1 + 10, "{source}: {column}");
    }
}

#[test]
fn articles_and_first_names_go_by_how_one_speaks() {
    for (noun, article) in [
        ("HR manager", "an"),
        ("hr manager", "an"),
        ("MBA", "an"),
        ("UX designer", "a"),
        ("R&D lead", "an"),
        ("NASA engineer", "a"),
        ("8-year-old", "an"),
        ("11th hour", "an"),
        ("18-month project", "an"),
        ("110-page report", "a"),
        ("80 page report", "an"),
        ("1-day course", "a"),
        ("university", "a"),
        ("hour", "an"),
        ("unimportant point", "an"),
        ("one-off", "a"),
        ("engineer", "an"),
        ("European", "a"),
        ("X-ray technician", "an"),
        ("HEAD of Computing", "a"),
    ] {
        let rendered = example(&format!("{{{{ \"{noun}\"|article }}}}")).unwrap();
        assert_eq!(rendered.text, format!("{article} {noun}"));
    }
    for (name, first) in [
        ("Anna van der Berg", "Anna"),
        ("van der Berg, Anna", "Anna"),
        ("Berg, Dr. Anna Maria", "Anna"),
        ("Anna Berg, PhD", "Anna"),
        ("J. R. R. Tolkien", "J. R. R. Tolkien"),
        ("J.R.R. Tolkien", "J.R.R. Tolkien"),
        ("Prof. Dr. Ada Lovelace", "Ada"),
        ("Dr. med. Anna Roth", "Anna"),
        ("Dr. rer. nat. h. c. mult. Anna Roth", "Anna"),
        ("Univ.-Prof. Dr.med. Anna Roth", "Anna"),
        ("Dipl.-Ing. Anna Roth", "Anna"),
        ("Roth, Dr. h.c. Anna", "Anna"),
        ("Dr. med. Roth", "Dr. med. Roth"),
        ("Dr. Phil Collins", "Phil"),
        ("Dr. H. Lovelace", "H. Lovelace"),
        ("Dr Lovelace", "Dr Lovelace"),
        ("Madonna", "Madonna"),
        ("Dr", "Dr"),
        ("", ""),
    ] {
        assert_eq!(super::first_name(name), first, "{name}");
    }
}

#[test]
fn what_has_no_value_is_never_a_hole() {
    let cases = [
        ("Hi {{ contact.first_name }}!", "Hi {{ contact.first_name }}!", 1),
        ("Hi {{ contact.first_name|upper|first_name }}!", "Hi {{ contact.first_name }}!", 1),
        (
            "{{ contact.expertise|and_list }}{{ contact.expertise|first }}",
            "{{ contact.expertise }}{{ contact.expertise }}",
            1,
        ),
        (
            "{{ meeting.starts_at|date }}{{ meeting.starts_at|time }}",
            "{{ meeting.starts_at }}{{ meeting.starts_at }}",
            1,
        ),
        ("{{ contact.name ~ \", \" ~ company.name }}", "{{ contact.name }}, {{ company.name }}", 2),
        ("{{ contact.name|default(\"there\") }} {{ contact.name or \"you\" }}", "there you", 0),
        ("{{ contact.name|upper|default(\"there\") }}", "there", 0),
        ("{% if contact %}a{% else %}b{% endif %}{% if not contact.name %}c{% endif %}", "bc", 0),
        ("{% for x in contact.expertise %}{{ x }}{% else %}none{% endfor %}", "none", 0),
        (
            "{% if contact.name is defined %}a{% else %}b{% endif %}{% if contact.name == \"x\" %}a{% else %}b{% endif %}",
            "bb",
            0,
        ),
        ("{% if \"x\" in contact.expertise %}a{% else %}b{% endif %}", "b", 0),
    ];
    for (source, text, missing) in cases {
        let rendered = nobody(source);
        assert_eq!((rendered.text.as_str(), rendered.missing.len()), (text, missing), "{source}");
        assert!(rendered.filled.is_empty(), "{source}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_and_what_passes_is_filled(text in "([a-z {}%|.\"()~]|\\{\\{ ?|\\}\\}|\\{% ?|%\\}|contact\\.name|if |else|endif|for x in |endfor|company){0,30}") {
        if check(&text).is_ok() {
            let _ = render(&text, &Arc::new(facts::nothing()));
        }
    }
}
