//! The reply to AWS Support, in the order of AWS's steps: what was found, what was done, what is proved, what is open.

use std::collections::BTreeSet;

use super::Given;
use super::changes::{self, About};
use super::document::Document;
use super::ends::Ends;
use super::moments::Moments;
use super::steps::Stands;
use super::text::{counted, note, when};
use super::{gaps, incident, objects, theirs};
use crate::export::text::plural;
use crate::investigation::coverage::HistoryState;
use crate::investigation::triage;
use crate::playbook::State;

/// How many names a list of a letter has.
const MOST: usize = 15;
/// The item about the bill.
const BILL: &str = "S4-03";

/// The whole reply.
pub(super) fn document(given: &Given<'_>) -> Document {
    let ends = Ends::of(given);
    let moments = Moments::of(given, &ends);
    let mut document = Document::new("Reply to AWS Support");
    document.facts(incident::about(given));
    document.paragraph(
        "We follow the steps of your notice. What AWS's records or answers prove is named with the call or the event; what \
         rests on a person's word says who and when. Codes such as S1-10 are those of our checklist.",
    );
    document.list(overview(given), usize::MAX, "");
    document.heading("What happened");
    document.list(what_happened(given, &moments), usize::MAX, "");
    step_one(&mut document, given, &ends);
    step_two(&mut document, given, &ends);
    step_three(&mut document, given, &ends);
    step_four(&mut document, given, &ends, &moments);
    document
}

/// AWS's first three steps and how each stands.
const STEPS: [(u32, &str); 3] = [
    (1, "Step 1: rotate the exposed key, then deactivate and delete it"),
    (2, "Step 2: check CloudTrail for unwanted activity, mainly in IAM"),
    (3, "Step 3: review all regions for unwanted usage"),
];

/// `None` where the playbook has no such step.
fn stands(given: &Given<'_>, number: u32) -> Option<Stands> {
    let step = given.playbook.steps.iter().find(|step| step.number == number)?;
    Some(Stands::of(given, step))
}

fn overview(given: &Given<'_>) -> Vec<String> {
    let said = |(number, _)| match stands(given, number) {
        Some(stands) => format!("Step {number}: {}.", stands.headline()),
        None => format!("Step {number}: not on our checklist."),
    };
    STEPS.map(said).into()
}

fn what_happened(given: &Given<'_>, moments: &Moments) -> Vec<String> {
    let triage = triage(given.investigation);
    let foreign = triage.foreign.len();
    let mut said = Vec::new();
    match theirs::first_foreign(given) {
        Some((event, actor)) => said.push(format!(
            "First foreign call seen: {} from {}, {} (event {}); calls of {} are judged malicious or look foreign.",
            event.name,
            actor.id,
            when(event.time()),
            event.id(),
            counted(foreign, "source")
        )),
        None => said.push("No foreign use was seen in what was read.".to_owned()),
    }
    said.push(format!("The exposed key led to: {}.", objects::led_to(given)));
    let measures = moments.measures();
    said.extend(
        measures
            .iter()
            .map(|measure| format!("{}: {} ({}).", measure.name, measure.took, measure.to)),
    );
    said
}

fn step_one(document: &mut Document, given: &Given<'_>, ends: &Ends<'_>) {
    document.heading(STEPS[0].1);
    document.list(objects::seeds(given, ends), usize::MAX, "");
    done_by_keytrail(document, given, About::Credentials);
    checklist(document, given, 1);
}

fn step_two(document: &mut Document, given: &Given<'_>, ends: &Ends<'_>) {
    document.heading(STEPS[1].1);
    document.subheading("Made or changed in IAM with the exposed key, or with what it led to:");
    objects::write_iam(document, given, ends, MOST);
    done_by_keytrail(document, given, About::Identities);
    checklist(document, given, 2);
}

fn done_by_keytrail(document: &mut Document, given: &Given<'_>, about: About) {
    let done = changes::sentences(given, about);
    if !done.is_empty() {
        document.subheading("What we changed:");
        document.list(done, MOST, "the incident report");
    }
}

fn step_three(document: &mut Document, given: &Given<'_>, ends: &Ends<'_>) {
    document.heading(STEPS[2].1);
    document.paragraph(regions(given));
    let gaps = gaps::gaps(given);
    if !gaps.is_empty() {
        document.subheading("Could not be read:");
        document.list(gaps, MOST, "coverage.csv");
    }
    document.subheading("Not visible to us:");
    document.list(gaps::limits(given), MOST, "coverage.csv");
    objects::write_resources(document, given, ends, MOST);
    checklist(document, given, 3);
}

fn checklist(document: &mut Document, given: &Given<'_>, number: u32) {
    if let Some(stands) = stands(given, number) {
        stands.write(document);
    }
}

fn regions(given: &Given<'_>) -> String {
    let coverage = given.investigation.coverage();
    let history = coverage.history();
    if history.is_empty() {
        let regions: BTreeSet<&str> = coverage.regions().keys().map(|(_, region)| &**region).collect();
        return format!(
            "Archived CloudTrail records of {} were read.",
            counted(regions.len(), "region")
        );
    }
    let complete = history
        .values()
        .filter(|region| region.state() == HistoryState::Complete)
        .count();
    let disabled = history
        .values()
        .filter(|region| region.state() == HistoryState::Disabled)
        .count();
    format!(
        "CloudTrail event history was read to the end in {complete} of {}; {disabled} {} not enabled.",
        counted(history.len(), "region"),
        if disabled == 1 { "is" } else { "are" },
    )
}

fn step_four(document: &mut Document, given: &Given<'_>, ends: &Ends<'_>, moments: &Moments) {
    document.heading("Step 4: this case");
    let ways = ends.open_ways();
    if ways.is_empty() {
        document.paragraph("Nothing of the chain may still let anybody in, as far as CloudTrail and IAM tell us.");
    } else {
        document.subheading("What may still let somebody in:");
        let named = ways
            .iter()
            .map(|way| format!("{} {} {}", way.node.kind.label(), way.node.id, way.how.words()));
        document.list(named.map(|named| named.trim().to_owned()).collect(), MOST, "chain.csv");
    }
    document.paragraph(monitoring(given));
    document.paragraph(bill(given, moments));
    document.subheading("To be added before this is sent, then delete these lines:");
    document.list(
        [
            "[business impact: what did not work, for whom, how long]",
            "[who is in charge on our side, and how to reach them]",
            "[questions to AWS; ask for a call or a chat if you need help]",
        ]
        .map(str::to_owned)
        .into(),
        usize::MAX,
        "",
    );
    document.paragraph("The evidence (chain.csv, events.csv, resources.csv, coverage.csv, checklist.csv, with their hashes) is attached, or sent on \
         request.");
}

fn monitoring(given: &Given<'_>) -> String {
    let investigation = given.investigation;
    match investigation.watched() {
        None => "Monitoring: new calls of the chain's credentials were not watched for.".to_owned(),
        Some(watched) => {
            let missed = match watched.missed.len() {
                0 => String::new(),
                n => format!(
                    " (without {n} {}: {})",
                    plural(n as u64, "region"),
                    watched.missed.join(", ")
                ),
            };
            let chain = investigation.chain();
            let last = chain.keys().filter_map(|node| node.activity.last).max();
            let last = last.map(|last| format!("; the last call seen with them was at {}", when(last)));
            format!(
                "Monitoring: CloudTrail was watched for new calls of the chain's credentials up to {}{missed}{}.",
                when(watched.until),
                last.unwrap_or_default()
            )
        }
    }
}

/// AWS looks at the bill only after the account is secured.
fn bill(given: &Given<'_>, moments: &Moments) -> String {
    if given.standings.state(BILL) == State::NotApplicable {
        return "Bill: we do not ask for an adjustment.".to_owned();
    }
    if moments.contained.is_err() {
        return "Bill: we will come back to the charges once the account is secured.".to_owned();
    }
    let said = given
        .investigation
        .checklist()
        .progress(BILL)
        .map(|mark| note(&mark.note));
    let said = said
        .filter(|said| !said.is_empty())
        .unwrap_or_else(|| "[amount and period]".to_owned());
    format!(
        "Bill: please consider an adjustment for the charges of the foreign resources listed under step 3 ({said}). We know \
         that this takes a review and is not guaranteed."
    )
}
