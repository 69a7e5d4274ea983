//! Owns the fixed words of a transcript, in each language that the widget speaks (P-7).

/// The words of one language; `{name}` is the site, or who joined.
#[derive(Debug)]
pub(super) struct Words {
    language: &'static str,
    subject: &'static str,
    intro: &'static str,
    joined: &'static str,
    pub(super) you: &'static str,
    pub(super) file: &'static str,
}

pub(super) const ENGLISH: Words = Words {
    language: "en",
    subject: "Your conversation with {name}",
    intro: "This is what was said in your conversation with {name}.",
    joined: "{name} joined",
    you: "You",
    file: "File",
};

const OTHERS: [Words; 9] = [
    Words {
        language: "ar",
        subject: "محادثتك مع {name}",
        intro: "هذا ما قيل في محادثتك مع {name}.",
        joined: "انضم {name}",
        you: "أنت",
        file: "ملف",
    },
    Words {
        language: "de",
        subject: "Ihr Gespräch mit {name}",
        intro: "Das ist der Verlauf Ihres Gesprächs mit {name}.",
        joined: "{name} ist dazugekommen",
        you: "Sie",
        file: "Datei",
    },
    Words {
        language: "es",
        subject: "Su conversación con {name}",
        intro: "Esto es lo que se dijo en su conversación con {name}.",
        joined: "{name} se ha unido",
        you: "Usted",
        file: "Archivo",
    },
    Words {
        language: "fr",
        subject: "Votre conversation avec {name}",
        intro: "Voici ce qui a été dit dans votre conversation avec {name}.",
        joined: "{name} a rejoint la discussion",
        you: "Vous",
        file: "Fichier",
    },
    Words {
        language: "it",
        subject: "La sua conversazione con {name}",
        intro: "Ecco quanto è stato detto nella sua conversazione con {name}.",
        joined: "{name} partecipa alla chat",
        you: "Lei",
        file: "File",
    },
    Words {
        language: "nl",
        subject: "Uw gesprek met {name}",
        intro: "Dit is wat er in uw gesprek met {name} is gezegd.",
        joined: "{name} neemt deel",
        you: "U",
        file: "Bestand",
    },
    Words {
        language: "pl",
        subject: "Twoja rozmowa: {name}",
        intro: "Zapis Twojej rozmowy: {name}.",
        joined: "{name} dołącza do czatu",
        you: "Ty",
        file: "Plik",
    },
    Words {
        language: "pt",
        subject: "A sua conversa com {name}",
        intro: "Isto é o que foi dito na sua conversa com {name}.",
        joined: "{name} entrou no chat",
        you: "Você",
        file: "Ficheiro",
    },
    Words {
        language: "tr",
        subject: "{name} ile görüşmeniz",
        intro: "{name} ile görüşmenizde yazılanlar aşağıdadır.",
        joined: "{name} sohbete katıldı",
        you: "Siz",
        file: "Dosya",
    },
];

impl Words {
    /// Those of a browser's language, such as `pt-BR`; English where there are none.
    pub(super) fn of(language: &str) -> &'static Self {
        let primary = language.split(['-', '_']).next().unwrap_or_default();
        OTHERS.iter().find(|words| words.language.eq_ignore_ascii_case(primary)).unwrap_or(&ENGLISH)
    }

    pub(super) fn subject(&self, site: &str) -> String {
        self.subject.replace("{name}", site)
    }

    pub(super) fn intro(&self, site: &str) -> String {
        self.intro.replace("{name}", site)
    }

    pub(super) fn joined(&self, name: &str) -> String {
        self.joined.replace("{name}", name)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    // spec: P-7 N-5
    #[test]
    fn every_language_of_the_widget_has_words_and_the_same_you() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/src/widget/chat/texts");
        let mut languages = 0;
        for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
            if file.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let language = file.file_stem().unwrap().to_str().unwrap();
            let words = Words::of(&format!("{language}-XX"));
            assert_eq!(words.language, language);
            let texts: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
            assert_eq!(texts["you"], words.you, "{language}");
            languages += 1;
        }
        assert_eq!(languages, OTHERS.len());
        assert_eq!(Words::of("ja").language, "en");
    }

    // spec: P-7
    #[test]
    fn the_name_stands_where_the_language_wants_it() {
        for words in OTHERS.iter().chain([&ENGLISH]) {
            for text in [words.subject("Shop"), words.intro("Shop"), words.joined("Shop")] {
                assert!(text.contains("Shop") && !text.contains('{'), "{text}");
            }
        }
    }
}
