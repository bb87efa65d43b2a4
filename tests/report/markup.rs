//! Which markup a text holds, as the readers of it see it.

use html5gum::{DefaultEmitter, Token, Tokenizer};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The elements we write.
const ELEMENTS: [&str; 27] = [
    "html", "head", "meta", "title", "style", "body", "h1", "nav", "ol", "ul", "li", "a", "main", "h2", "h3", "p",
    "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "div", "span",
];
/// Their attributes.
const ATTRIBUTES: [&str; 9] = [
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "class",
    "id",
    "scope",
    "aria-label",
];

/// The text of a page, element by element; panics on anything we would not write.
pub(crate) fn texts_of_page(page: &str) -> Vec<String> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut texts = vec![String::new()];
    for token in Tokenizer::new_with_emitter(page, emitter) {
        match token.expect("read from memory") {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                assert!(ELEMENTS.contains(&&*name), "<{name}>");
                for (attribute, value) in &tag.attributes {
                    let attribute = String::from_utf8_lossy(attribute).into_owned();
                    let value = String::from_utf8_lossy(value).into_owned();
                    let is_jump = attribute == "href" && value.starts_with("#s");
                    assert!(
                        is_jump || ATTRIBUTES.contains(&&*attribute),
                        "<{name} {attribute}={value}>"
                    );
                }
                texts.push(String::new());
            }
            Token::EndTag(_) => texts.push(String::new()),
            Token::String(text) => {
                texts.last_mut().expect("one").push_str(&String::from_utf8_lossy(&text));
            }
            Token::Doctype(_) => {}
            Token::Comment(comment) => panic!("<!--{comment:?}-->"),
            Token::Error(error) => panic!("{error:?}"),
        }
    }
    texts
}

/// The headings and the texts of a Markdown document; panics on markup we would not write.
pub(crate) fn of_markdown(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut headings, mut texts) = (Vec::new(), vec![String::new()]);
    let mut in_heading = false;
    // Whatever reader it is opened in.
    for event in Parser::new_ext(text, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                in_heading = true;
                headings.push(String::new());
            }
            Event::End(TagEnd::Heading(_)) => in_heading = false,
            Event::Start(
                Tag::Paragraph
                | Tag::List(None)
                | Tag::Item
                | Tag::Table(_)
                | Tag::TableHead
                | Tag::TableRow
                | Tag::TableCell
                | Tag::CodeBlock(_)
                | Tag::Strong,
            )
            | Event::End(_) => texts.push(String::new()),
            Event::Text(part) => {
                texts.last_mut().expect("one").push_str(&part);
                if in_heading {
                    headings.last_mut().expect("one").push_str(&part);
                }
            }
            other => panic!("{other:?} in\n{text}"),
        }
    }
    (headings, texts)
}
