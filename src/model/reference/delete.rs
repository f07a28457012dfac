//! What is deleted, and buckets that are made again.

use super::Reference;
use crate::model::answer::{Answer, Deleted};
use crate::model::difference::{Aspect, Difference};
use crate::model::step::{Place, Side};

impl Reference {
    /// DeleteObject. To delete what is not there succeeds.
    pub fn delete(&mut self, at: &Place, answer: &Answer<()>) -> Result<(), Difference> {
        if !matches!(answer, Answer::Yes(())) {
            let what = format!("DELETE of {at} is refused");
            let refused = Difference::new(Aspect::Presence, "delete-refused", at, what);
            return Err(refused.between("204", answer.refusal()).said_loudly());
        }
        self.replace(at, None);
        Ok(())
    }

    /// DeleteObjects.
    pub fn delete_many(&mut self, side: Side, keys: &[String], answer: &Answer<Deleted>) -> Result<(), Difference> {
        let count = keys.len();
        let about = |kind, what: String| Difference::of_bucket(Aspect::Presence, kind, side, what);
        let Answer::Yes(report) = answer else {
            let refused = about("delete-refused", format!("DeleteObjects of {count} keys is refused"));
            return Err(refused.between("200", answer.refusal()).said_loudly());
        };
        if let Some((key, reason)) = report.refused.first() {
            let what = format!("DeleteObjects does not delete {}", Place::new(side, key));
            return Err(about("delete-refused", what).between("deleted", reason.clone()).said_loudly());
        }
        let mut missing = keys.iter().filter(|key| !report.deleted.contains(key));
        if let Some(key) = missing.next() {
            let more = missing.count();
            let what =
                format!("DeleteObjects of {count} keys says nothing of {} and {more} more", Place::new(side, key));
            return Err(about("delete-unreported", what).between("each key", format!("{} keys", count - 1 - more)));
        }
        for key in keys {
            self.replace(&Place::new(side, key), None);
        }
        Ok(())
    }

    /// DeleteBucket of an empty bucket, and CreateBucket.
    pub fn remade(&mut self, side: Side, deleted: &Answer<()>, made: &Answer<()>) -> Result<(), Difference> {
        for (verb, answer) in [("DeleteBucket of an empty bucket", deleted), ("CreateBucket of a deleted bucket", made)]
        {
            if !matches!(answer, Answer::Yes(())) {
                let refused =
                    Difference::of_bucket(Aspect::Presence, "bucket-refused", side, format!("{verb} is refused"));
                return Err(refused.between("success", answer.refusal()).said_loudly());
            }
        }
        Ok(())
    }
}
