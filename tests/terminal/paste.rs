//! The output of a command is pasted on the steps.

use crate::terminal::Terminal;

fn on_item(downs: usize, item: &str) -> Terminal {
    let mut terminal = Terminal::open(40, 120, &["demo"]);
    terminal.shows("every lead followed");
    terminal.types("4");
    terminal.shows("S1-02");
    terminal.types(&"j".repeat(downs));
    terminal.shows(&format!(" {item} ─"));
    terminal
}

/// As a terminal sends what is pasted: marked, and with the Enter key for each line break.
fn pasted(text: &str) -> String {
    format!("\u{1b}[200~{}\u{1b}[201~", text.replace('\n', "\r"))
}

#[test]
fn thousands_of_pasted_lines_are_taken_and_checked() {
    // S1-19 asks for the account summary.
    let mut terminal = on_item(18, "S1-19");
    terminal.shows("p paste output");
    terminal.types("p");
    terminal.shows("Then paste all that it prints");
    // The command is on the clipboard: `aws iam get-account-summary` in base64.
    assert!(
        terminal
            .received()
            .contains("\u{1b}]52;c;YXdzIGlhbSBnZXQtYWNjb3VudC1zdW1tYXJ5")
    );
    let many: Vec<String> = (0..5000).map(|n| format!("        \"Quota{n}\": {n},")).collect();
    let output = |keys: u8| {
        format!(
            "{{\n    \"SummaryMap\": {{\n{}\n        \"AccountMFAEnabled\": 1,\n        \"AccountAccessKeysPresent\": {keys}\n    }}\n}}\n",
            many.join("\n")
        )
    };
    terminal.types(&pasted(&output(1)));
    terminal.shows("5006 lines");
    terminal.shows("Enter checks it");
    terminal.types("\r");
    terminal.shows("S1-19, the account: root has an access key, or no MFA");
    terminal.shows("pasted by");
    terminal.types("p");
    terminal.shows("Then paste all that it prints");
    terminal.types(&pasted(&output(0)));
    terminal.shows("Enter checks it");
    terminal.types("\r");
    terminal.shows("S1-19, the account: root has MFA and no access key");
    // It shows a part: the passwords are still to be ticked.
    terminal.shows("is pasted and so; the rest is");
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
}

#[test]
fn what_the_terminal_types_line_by_line_is_taken_at_its_last_bracket() {
    let mut terminal = on_item(18, "S1-19");
    terminal.types("p");
    terminal.shows("Then paste all that it prints");
    terminal.types("An error occurred (AccessDenied) when calling\r");
    terminal.shows("Not taken: this is an error of the command, AccessDenied");
    terminal.types("{\r  \"SummaryMap\": {\r    \"AccountMFAEnabled\": 1,\r    \"AccountAccessKeysPresent\": 0\r  }\r");
    terminal.shows("its end is missing");
    terminal.types("}\r");
    terminal.shows("root has MFA and no access key");
    // Esc leaves it, and nothing is kept.
    terminal.types("p");
    terminal.shows("Then paste all that it prints");
    terminal.types("{");
    terminal.shows("its end is missing");
    terminal.types("\u{1b}");
    terminal.shows("i note");
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_given_back();
}
