//! Tests that the examples which the console shows to those who sign identities make tokens that the server believes.

use std::process::Stdio;

use beckon_server::store::Store;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::identity::Signing;
use super::shop::Plan;
use crate::harness::store_tests;

store_tests!(the_examples_of_the_console_make_good_tokens);

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/src/console/admin/sites/signing.ts");

/// A language: what runs a program given on its input, and how the example is called in it.
struct Language {
    name: &'static str,
    program: &'static [&'static str],
    call: &'static str,
    /// Not every machine has it.
    optional: bool,
}

const LANGUAGES: [Language; 3] = [
    Language {
        name: "node",
        program: &["node", "--input-type=module", "-"],
        call: "process.stdout.write(beckonToken({ id: 'C-4711', plan: 'gold' }));",
        optional: false,
    },
    Language {
        name: "python",
        program: &["python3", "-"],
        call: "from types import SimpleNamespace\nprint(beckon_token(SimpleNamespace(id='C-4711', plan='gold')), end='')",
        optional: false,
    },
    Language {
        name: "php",
        program: &["php"],
        call: "class Customer { public $id = 'C-4711'; public $plan = 'gold'; }\necho beckon_token(new Customer());",
        optional: true,
    },
];

// spec: C-2
async fn the_examples_of_the_console_make_good_tokens(store: Store) {
    let site = Signing::open(store, Plan::default()).await;
    let source = std::fs::read_to_string(EXAMPLES).unwrap();
    for language in &LANGUAGES {
        let code = example(&source, language.name).replace("SITE_KEY", &site.shop.site.key);
        let Some(token) = run(language, &code, site.secret()).await else {
            assert!(language.optional, "{} is missing", language.name);
            continue;
        };
        let mut browser = site.browser(json!({ "token": token })).await;
        let said = browser.socket.next_of("identified").await;
        assert_eq!(said["signed"], true, "{}", language.name);
    }
}

/// The text of a constant.
fn example<'a>(source: &'a str, name: &str) -> &'a str {
    let (_, from) = source.split_once(&format!("const {name} = `")).expect("an example of this language");
    let (code, _) = from.split_once('`').expect("its end");
    assert!(!code.contains('\\') && !code.contains("${"), "what is shown is not what stands here");
    code
}

/// What the program prints; nothing when there is no such language here.
async fn run(language: &Language, code: &str, secret: &str) -> Option<String> {
    let [program, arguments @ ..] = language.program else { unreachable!("every language has a program") };
    let mut command = Command::new(program);
    command.args(arguments).env("BECKON_IDENTITY_SECRET", secret);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let mut input = child.stdin.take().unwrap();
    input.write_all(format!("{code}\n{}\n", language.call).as_bytes()).await.unwrap();
    drop(input);
    let output = child.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{}: {}", language.name, output.status);
    Some(String::from_utf8(output.stdout).unwrap())
}
