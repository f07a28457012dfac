//! From a selection to a plan: which suites run, in which order, and which of their checks. Pure.

pub mod shard;

use crate::checks::{CATALOGUE, Suite};
use crate::record::Shard;
use crate::server::Backends;

/// What to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Suites in the order of the catalogue.
    pub suites: Vec<PlannedSuite>,
    /// Which part of the selection this is, where it was split.
    pub shard: Option<Shard>,
}

/// One suite of a plan.
#[derive(Debug, Clone)]
pub struct PlannedSuite {
    pub suite: &'static Suite,
    /// Names of the only checks that are wanted; all where none.
    pub only: Option<Vec<String>>,
}

/// What the user asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Every suite.
    All,
    /// Suites, kinds of suites, or checks, as typed.
    Named(Vec<String>),
}

impl Selection {
    /// What was typed: names, or that all are wanted.
    ///
    /// # Errors
    /// Both: nobody knows which of the two was meant.
    pub fn of(all: bool, names: Vec<String>) -> Result<Self, PlanError> {
        match (all, names.is_empty()) {
            (true, false) => Err(PlanError::AllAndNamed { names: names.join(" ") }),
            (true, true) => Ok(Self::All),
            (false, _) => Ok(Self::Named(names)),
        }
    }
}

/// A selection that cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Nothing was named.
    #[error("select suites: you named none")]
    Nothing,
    /// Everything was asked for, and a part of it.
    #[error("select suites: you gave both --all and {names}")]
    AllAndNamed {
        /// What was typed beside it.
        names: String,
    },
    #[error("select {name}: there is no such suite or check")]
    Unknown {
        /// What was typed.
        name: String,
        /// The nearest name that exists.
        nearest: Option<String>,
    },
    /// The filters leave nothing over.
    #[error("select suites: --parallel leaves out sequential benchmarks, and you named nothing else")]
    NoneParallel,
    /// A shard that cannot be.
    #[error(transparent)]
    Shard(#[from] shard::ShardError),
    /// A comparison was named, and nothing to compare with.
    #[error("select {name}: there is nothing to compare with")]
    NoBase {
        /// What was typed.
        name: String,
    },
    /// No suite that was named is on the backend that was named.
    #[error("select suites: none of those that you named is on the backend of --backend")]
    NoneOnBackend,
}

impl PlanError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Nothing => "name suites, or say --all; `s3ci list` shows all suites".to_owned(),
            Self::AllAndNamed { names } => {
                format!("leave --all out to take {names} alone, or leave {names} out to take everything")
            }
            Self::Unknown { nearest: Some(nearest), .. } => format!("did you mean {nearest}? `s3ci list` shows all"),
            Self::Unknown { nearest: None, .. } => "`s3ci list` shows suites and checks".to_owned(),
            Self::Shard(error) => error.hint(),
            Self::NoneParallel => "leave --parallel out, or name a benchmark".to_owned(),
            Self::NoBase { .. } => "name the base, such as --against pypi:0.2.0".to_owned(),
            Self::NoneOnBackend => "leave --backend out; `s3ci list` shows the suites of each backend".to_owned(),
        })
    }
}

/// What is left out of a selection.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// Whether the sequential benchmarks are.
    pub parallel_only: bool,
    /// The backends whose suites are left.
    pub backends: Backends,
    /// Those that all suites of a kind, or all suites, stand for. An endpoint stores where its owner chose: to ask it as if it were
    /// each backend in turn would fail a right server, so the others have to be named in full.
    pub usual: Backends,
    /// Whether there is a base, so that suites that compare can run.
    pub has_base: bool,
}

impl Filter {
    /// Leaves nothing out.
    pub const NONE: Self =
        Self { parallel_only: false, backends: Backends::Both, usual: Backends::Both, has_base: true };
}

impl Plan {
    /// Carries out a selection.
    ///
    /// # Errors
    /// A name that does not exist, or nothing left to run.
    pub fn new(selection: &Selection, filter: Filter) -> Result<Self, PlanError> {
        let mut suites: Vec<PlannedSuite> = match selection {
            Selection::All => {
                let usual = CATALOGUE.iter().filter(|suite| filter.usual.have(suite.backend));
                let able = usual.filter(|suite| filter.has_base || !suite.needs_base());
                able.map(|suite| PlannedSuite { suite, only: None }).collect()
            }
            Selection::Named(names) if names.is_empty() => return Err(PlanError::Nothing),
            Selection::Named(names) => named(names, filter.usual)?,
        };
        if let Some(lonely) = suites.iter().find(|planned| planned.suite.needs_base() && !filter.has_base) {
            return Err(PlanError::NoBase { name: lonely.suite.name.to_owned() });
        }
        suites.retain(|planned| filter.backends.have(planned.suite.backend));
        if suites.is_empty() {
            return Err(PlanError::NoneOnBackend);
        }
        if filter.parallel_only {
            suites.retain(|planned| planned.suite.is_parallel() || !planned.suite.is_benchmark());
            if !suites.iter().any(|planned| planned.suite.is_parallel()) {
                return Err(PlanError::NoneParallel);
            }
        }
        Ok(Self { suites, shard: None })
    }

    /// Whether any suite stores by way of the Drime API.
    #[must_use]
    pub fn has_drime(&self) -> bool {
        self.suites.iter().any(|planned| planned.suite.backend.is_drime())
    }
}

fn named(names: &[String], usual: Backends) -> Result<Vec<PlannedSuite>, PlanError> {
    for name in names {
        if !CATALOGUE.iter().any(|suite| chosen(suite, name, Backends::Both).is_some()) {
            return Err(PlanError::Unknown { name: name.clone(), nearest: nearest(name) });
        }
    }
    let planned = CATALOGUE.iter().filter_map(|suite| {
        let chosen: Vec<Chosen> = names.iter().filter_map(|name| chosen(suite, name, usual)).collect();
        let checks = || {
            chosen.iter().filter_map(|chosen| match chosen {
                Chosen::Check(check) => Some(check.clone()),
                Chosen::Suite => None,
            })
        };
        match (chosen.is_empty(), chosen.contains(&Chosen::Suite)) {
            (true, _) => None,
            (_, true) => Some(PlannedSuite { suite, only: None }),
            _ => Some(PlannedSuite { suite, only: Some(checks().collect()) }),
        }
    });
    Ok(planned.collect())
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Chosen {
    Suite,
    Check(String),
}

/// What a name chooses of a suite; a kind stands for the suites on the usual backends.
fn chosen(suite: &Suite, name: &str, usual: Backends) -> Option<Chosen> {
    let name = name.trim_end_matches('/').trim_end_matches("/*");
    if let Some((of, check)) = name.split_once("::") {
        let known = of == suite.name && suite.checks().iter().any(|spec| spec.name == check);
        return known.then(|| Chosen::Check(check.to_owned()));
    }
    let of_its_kind = name == suite.id().kind() && usual.have(suite.backend);
    (name == suite.name || of_its_kind).then_some(Chosen::Suite)
}

/// The name that takes the fewest edits, if they are few.
pub(crate) fn nearest(name: &str) -> Option<String> {
    let kinds = CATALOGUE.iter().map(|suite| suite.id().kind().to_owned());
    let suites = CATALOGUE.iter().map(|suite| suite.name.to_owned());
    let checks = CATALOGUE
        .iter()
        .flat_map(|suite| suite.checks().into_iter().map(move |spec| format!("{}::{}", suite.name, spec.name)));
    kinds
        .chain(suites)
        .chain(checks)
        .map(|candidate| (strsim::damerau_levenshtein(name, &candidate), candidate))
        .min()
        .filter(|(distance, _)| *distance <= 2 + name.len() / 4)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Named = (&'static str, Option<Vec<String>>);

    fn plan(names: &[&str]) -> Result<Vec<Named>, PlanError> {
        let selection = Selection::Named(names.iter().map(|name| (*name).to_owned()).collect());
        let plan = Plan::new(&selection, Filter::NONE)?;
        Ok(plan.suites.into_iter().map(|planned| (planned.suite.name, planned.only)).collect())
    }

    #[test]
    fn a_kind_selects_its_suites_in_the_order_of_the_catalogue() {
        let names: Vec<_> = plan(&["etag", "bench"]).unwrap().into_iter().map(|(name, _)| name).collect();
        let first = [
            "bench/local",
            "bench/local-parallel",
            "bench/local-default",
            "bench/local-default-parallel",
            "etag/local",
        ];
        assert_eq!(names[..5], first);
        let both = |kind: &str| names.iter().filter(|name| name.starts_with(kind)).any(|name| name.contains("drime"));
        assert!(both("bench/") && both("etag/") && !names.iter().any(|name| name.starts_with("api/")));
    }

    #[test]
    fn a_check_selects_itself_unless_its_suite_is_named_too() {
        let check = "etag/local::put-is-md5";
        assert_eq!(plan(&[check]).unwrap(), [("etag/local", Some(vec!["put-is-md5".to_owned()]))]);
        assert_eq!(plan(&[check, "etag/local"]).unwrap(), [("etag/local", None)]);
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_nearest_one() {
        let nearest = |name: &str| match plan(&[name]) {
            Err(PlanError::Unknown { nearest, .. }) => nearest,
            other => panic!("not refused: {other:?}"),
        };
        assert_eq!(nearest("bench/locl").as_deref(), Some("bench/local"));
        assert_eq!(nearest("etag/local::put-is-md6").as_deref(), Some("etag/local::put-is-md5"));
        assert_eq!(nearest("something-else-entirely"), None);
    }

    #[test]
    fn all_and_a_part_of_it_are_refused() {
        let refused = Selection::of(true, vec!["etag".to_owned(), "sync".to_owned()]).unwrap_err();
        assert_eq!(refused, PlanError::AllAndNamed { names: "etag sync".to_owned() });
        assert_eq!(Selection::of(true, Vec::new()), Ok(Selection::All));
    }

    #[test]
    fn nothing_selected_is_refused() {
        assert_eq!(plan(&[]), Err(PlanError::Nothing));
        let etag = Selection::Named(vec!["etag".to_owned()]);
        assert_eq!(
            Plan::new(&etag, Filter { parallel_only: true, ..Filter::NONE }).unwrap_err(),
            PlanError::NoneParallel
        );
    }

    fn filtered(names: &[&str], filter: Filter) -> Vec<&'static str> {
        let selection = Selection::Named(names.iter().map(|name| (*name).to_owned()).collect());
        Plan::new(&selection, filter).unwrap().suites.into_iter().map(|planned| planned.suite.name).collect()
    }

    #[test]
    fn a_backend_leaves_the_suites_of_the_other_out() {
        let drime = Filter { backends: Backends::Drime, ..Filter::NONE };
        assert_eq!(filtered(&["sync", "api"], drime), ["sync/drime", "sync/drime-policies", "api/drime"]);
        let local = Filter { backends: Backends::Local, ..Filter::NONE };
        assert_eq!(filtered(&["sync", "api/drime"], local), ["sync/local", "sync/local-policies"]);
        let named = Selection::Named(vec!["api/drime".to_owned()]);
        assert_eq!(Plan::new(&named, local).unwrap_err(), PlanError::NoneOnBackend);
    }

    #[test]
    fn all_is_every_suite_of_both_backends() {
        let all = Plan::new(&Selection::All, Filter::NONE).unwrap();
        let names: Vec<_> = all.suites.iter().map(|planned| planned.suite.name).collect();
        assert_eq!(names, CATALOGUE.iter().map(|suite| suite.name).collect::<Vec<_>>());
        assert!(all.has_drime() && all.suites.iter().all(|planned| planned.only.is_none()));
    }

    #[test]
    fn an_endpoint_is_asked_as_another_backend_only_by_name() {
        let endpoint = Filter { usual: Backends::Local, ..Filter::NONE };
        assert_eq!(filtered(&["sync"], endpoint), ["sync/local", "sync/local-policies"]);
        assert_eq!(filtered(&["sync/drime"], endpoint), ["sync/drime"]);
        assert!(!Plan::new(&Selection::All, endpoint).unwrap().has_drime());
    }

    #[test]
    fn a_comparison_needs_a_base() {
        let alone = Filter { has_base: false, ..Filter::NONE };
        let named = Selection::Named(vec!["throughput".to_owned()]);
        let refused = PlanError::NoBase { name: "throughput/local".to_owned() };
        assert_eq!(Plan::new(&named, alone).unwrap_err(), refused);
        let compares = |filter| {
            let plan = Plan::new(&Selection::All, filter).unwrap();
            plan.suites.iter().any(|planned| planned.suite.is_comparison())
        };
        assert!(compares(Filter::NONE) && !compares(alone));
    }

    #[test]
    fn parallel_leaves_the_sequential_benchmarks_out() {
        let names: Vec<_> = Plan::new(&Selection::All, Filter { parallel_only: true, ..Filter::NONE })
            .unwrap()
            .suites
            .iter()
            .map(|planned| planned.suite.name)
            .collect();
        assert!(
            !names.contains(&"bench/local") && names.contains(&"bench/local-parallel") && names.contains(&"etag/local")
        );
    }

    #[test]
    fn check_names_are_unique_within_a_suite() {
        for suite in CATALOGUE.iter() {
            let mut names: Vec<_> = suite.checks().iter().map(|spec| spec.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), suite.checks().len(), "{}", suite.name);
        }
    }
}
