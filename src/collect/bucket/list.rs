//! Walks through the folders of a bucket to the log files that are asked for, and to no others.

use futures_util::StreamExt as _;
use futures_util::stream;

use super::api::{Api, Inside, Object};
use super::layout::{Folder, Level, Scope};
use crate::collect::refusal::Refusal;

/// Lists on their way at once.
const AT_ONCE: usize = 32;

/// What was found, and what could not be listed.
#[derive(Debug)]
pub(super) struct Listed<T> {
    pub found: Vec<T>,
    pub refused: Vec<(Folder, Refusal)>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self {
            found: Vec::new(),
            refused: Vec::new(),
        }
    }
}

async fn list_all(api: &Api, folders: Vec<Folder>, whole: bool) -> Vec<(Folder, Result<Inside, Refusal>)> {
    let lists = folders.into_iter().map(|folder| async move {
        let inside = api.list(&folder.prefix, whole).await;
        (folder, inside)
    });
    stream::iter(lists).buffered(AT_ONCE).collect().await
}

/// The folders of this level in `from`, or deeper ones where `from` lies deeper.
pub(super) async fn folders(api: &Api, from: Vec<Folder>, level: Level, scope: &Scope) -> Listed<Folder> {
    let mut listed = Listed::default();
    let mut open = from;
    while !open.is_empty() {
        let (there, above): (Vec<_>, Vec<_>) = open.into_iter().partition(|folder| folder.level >= level);
        listed.found.extend(there);
        open = Vec::new();
        for (folder, inside) in list_all(api, above, false).await {
            match inside {
                Ok(inside) => {
                    let children = inside.folders.iter().filter_map(|name| folder.child(name));
                    open.extend(children.filter(|child| scope.holds(child)));
                }
                Err(error) => listed.refused.push((folder, error)),
            }
        }
    }
    listed
}

/// The objects of days, each with where it lies. In the order of the days: what makes a key is mostly read before what
/// was done with it.
pub(super) async fn objects(api: &Api, mut days: Vec<Folder>) -> Listed<(Folder, Vec<Object>)> {
    days.sort_by_key(Folder::day);
    let mut listed = Listed::default();
    for (folder, inside) in list_all(api, days, true).await {
        match inside {
            Ok(Inside { mut objects, .. }) => {
                objects.retain(|object| folder.holds(&object.key));
                listed.found.push((folder, objects));
            }
            Err(error) => listed.refused.push((folder, error)),
        }
    }
    listed
}
