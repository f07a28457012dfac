//! What is removed otherwise than it should be: deletes, buckets that are made again, restarts.

use super::{At, Latent, Lurking, State, at};
use crate::server::store::{Object, Store};
use crate::server::tags;

/// Ends that make a key another one's companion.
const ENDS: [&str; 9] = [".meta", ".meta.json", ".tmp", ".part", ".lock", ".x", "~", ".", " "];

fn remove(state: &mut State, store: &mut Store, at: &At) {
    if let Some(bucket) = store.buckets.get_mut(&at.0) {
        bucket.delete(&at.1);
    }
    state.live.remove(at);
}

fn restore(state: &mut State, store: &mut Store, at: &At, object: Object) {
    if let Some(bucket) = store.buckets.get_mut(&at.0) {
        bucket.put(at.1.clone(), object.clone());
        state.live.insert(at.clone(), object);
    }
}

impl Lurking {
    /// Which of the keys of one request are deleted at all.
    pub(in crate::server) fn kept_by_many(&self, store: &Store, bucket: &str, keys: &[String]) -> Vec<String> {
        let is_missing = |key: &String| store.buckets.get(bucket).is_some_and(|held| !held.objects.contains_key(key));
        let first_kept = match self.fault {
            Some(Latent::DeletesFiveHundred) => 500,
            Some(Latent::DeleteManyEndsAtMissing) => keys.iter().position(is_missing).unwrap_or(keys.len()),
            _ => keys.len(),
        };
        keys.iter().skip(first_kept).cloned().collect()
    }

    /// Spoils the store after a delete; of what was kept nothing was deleted.
    pub(in crate::server) fn deleted(&self, store: &mut Store, bucket: &str, key: &str) {
        let Some(fault) = self.fault else { return };
        let mut state = self.state();
        let at = at(bucket, key);
        let previous = state.live.remove(&at);
        let looks_around = matches!(
            fault,
            Latent::DeleteOfMissingTakesNext
                | Latent::DeleteTakesSidecar
                | Latent::DeleteTakesCaseTwin
                | Latent::DeleteTakesNeighbour
        );
        let siblings: Vec<At> = state.live.keys().filter(|other| looks_around && other.0 == at.0).cloned().collect();
        state.before.insert(at.clone(), (std::time::Instant::now(), previous.clone()));
        let Some(previous) = previous else {
            if fault == Latent::DeleteOfMissingTakesNext
                && let Some(next) = siblings.iter().find(|other| other.1.as_str() > key)
            {
                remove(&mut state, store, next);
            }
            return;
        };
        state.deleted.insert(at.clone());
        state.deletes += 1;
        let folder = key.rsplit_once('/').map(|(folder, _)| folder);
        let takes: Vec<At> = match fault {
            Latent::DeleteTakesSidecar => siblings
                .into_iter()
                .filter(|other| other.1.strip_prefix(key).is_some_and(|end| ENDS.contains(&end)))
                .collect(),
            Latent::DeleteTakesCaseTwin => {
                siblings.into_iter().filter(|other| other.1.to_lowercase() == key.to_lowercase()).collect()
            }
            Latent::DeleteTakesNeighbour => match folder {
                Some(folder) if !siblings.iter().any(|other| other.1.starts_with(&format!("{folder}/"))) => {
                    siblings.into_iter().rev().find(|other| other.1.as_str() < folder).into_iter().collect()
                }
                _ => Vec::new(),
            },
            Latent::DeleteTakesEqualContent => {
                let equal = |other: &At| state.live.get(other).is_some_and(|other| other.content == previous.content);
                state.elsewhere(&at).into_iter().filter(equal).collect()
            }
            _ => Vec::new(),
        };
        for taken in takes {
            remove(&mut state, store, &taken);
        }
        if fault == Latent::DeleteLostEvery50 && state.deletes.is_multiple_of(50) {
            restore(&mut state, store, &at, previous);
        } else if fault == Latent::DeleteUncoversVersion && state.versions(&at).len() >= 3 {
            let former = state.versions(&at)[state.versions(&at).len() - 2].clone();
            restore(&mut state, store, &at, former);
        }
    }

    /// A bucket that was made, perhaps not for the first time.
    pub(in crate::server) fn made(&self, store: &mut Store, bucket: &str) {
        let mut state = self.state();
        state.live.retain(|at, _| at.0 != bucket);
        if self.fault == Some(Latent::MadeAgainHasOldKeys) {
            let old = state.versions.iter().filter(|(at, versions)| at.0 == bucket && versions.len() >= 2);
            let old: Vec<(At, Object)> = old.map(|(at, versions)| (at.clone(), versions[0].clone())).collect();
            for (at, object) in old {
                restore(&mut state, store, &at, object);
            }
        }
    }

    /// The server was ended and started again.
    pub(in crate::server) fn restarted(&self, store: &mut Store, killed: bool) {
        let Some(fault) = self.fault else { return };
        let mut state = self.state();
        let live: Vec<(At, Object)> = state.live.iter().map(|(at, object)| (at.clone(), object.clone())).collect();
        for (at, object) in live {
            let versions = state.versions(&at);
            let changed = match fault {
                Latent::RestartRevertsVersions if versions.len() > 1 => versions[0].clone(),
                Latent::RestartLosesMetadata if object.headers.metadata.is_some() => {
                    let mut object = object;
                    object.headers.metadata = None;
                    object
                }
                Latent::RestartChangesTagsOfCopies if state.copies.contains(&at) => {
                    Object { tag: tags::another(&object.tag), ..object }
                }
                _ => continue,
            };
            restore(&mut state, store, &at, changed);
        }
        let gone: Vec<At> = match fault {
            Latent::RestartLosesKeys => state.live.keys().filter(|at| !at.1.is_ascii()).cloned().collect(),
            Latent::KillLosesLast if killed => state.last.clone().into_iter().collect(),
            _ => Vec::new(),
        };
        for at in &gone {
            remove(&mut state, store, at);
        }
        if fault == Latent::RestartUndeletes {
            let back: Vec<At> = state.deleted.iter().filter(|at| !state.live.contains_key(*at)).cloned().collect();
            for at in back {
                if let Some(object) = state.versions(&at).last().cloned() {
                    restore(&mut state, store, &at, object);
                }
            }
        }
    }
}
