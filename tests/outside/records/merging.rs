//! Which records of a split run belong together.

use s3ci::record::{FailOn, MergeError, RunRecord, Shard, merge};

use crate::sample::{record, throughput};

/// The shards of a run that is compared with a release; the second has no suites.
fn shards() -> [RunRecord; 2] {
    let of = |number| {
        let shard = Some(Shard { number, count: 2, split: 7 });
        RunRecord { shard, ..throughput::against(record("run"), "0.2.0", &[]) }
    };
    [of(1), RunRecord { suites: Vec::new(), ..of(2) }]
}

/// What the second shard differs in, once it was changed.
fn difference(change: impl Fn(&mut RunRecord)) -> String {
    let [one, mut other] = shards();
    change(&mut other);
    match merge(vec![one, other]) {
        Err(MergeError::Different { what, .. }) => what,
        merged => panic!("{merged:?}"),
    }
}

#[test]
fn shards_of_one_run_make_a_whole() {
    assert_eq!(merge(shards().into()).unwrap().shard, None);
}

#[test]
fn shards_against_several_bases_or_of_several_splits_do_not() {
    assert_eq!(difference(|other| other.against = None), "the base");
    assert_eq!(difference(|other| other.against.as_mut().unwrap().base.spec = "git:main".to_owned()), "the base");
    let newer = |other: &mut RunRecord| other.against.as_mut().unwrap().base.version = Some("0.2.1".to_owned());
    assert_eq!(difference(newer), "the version of the base");
    assert_eq!(difference(|other| other.against.as_mut().unwrap().fail_on = FailOn::New), "what fails");
    let split = |other: &mut RunRecord| other.shard = Some(Shard { number: 2, count: 2, split: 8 });
    assert_eq!(difference(split), "the split");
}
