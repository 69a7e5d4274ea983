//! Proves which texts of a queue's looks a visitor reads.

use beckon_engine::queue::{Styling, StylingTexts};

// spec: Q-11 N-5
#[test]
fn a_visitor_reads_the_looks_in_their_language_or_as_they_are_for_all() {
    let text = |title: &str, greeting: &str| StylingTexts {
        title: title.to_owned(),
        greeting: greeting.to_owned(),
        launcher_label: String::new(),
    };
    let styling = Styling {
        title: "Chat".to_owned(),
        greeting: "Hello".to_owned(),
        launcher_label: "Ask".to_owned(),
        texts: [("de".to_owned(), text("Frage", "Guten Tag")), ("de-CH".to_owned(), text("", "Grüezi"))]
            .into(),
        ..Styling::default()
    };
    let read = |language: &str| {
        let Styling { title, greeting, launcher_label, texts, .. } = styling.in_language(language);
        assert!(texts.is_empty(), "one language is enough");
        [title, greeting, launcher_label]
    };
    assert_eq!(read("de"), ["Frage", "Guten Tag", "Ask"]);
    assert_eq!(read("de-AT"), ["Frage", "Guten Tag", "Ask"]);
    assert_eq!(read("de-ch"), ["Chat", "Grüezi", "Ask"]);
    assert_eq!(read("fr"), ["Chat", "Hello", "Ask"]);
    assert_eq!(read(""), ["Chat", "Hello", "Ask"]);
}
