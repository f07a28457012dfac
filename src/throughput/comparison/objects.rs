//! The objects that a block stores and asks for: the same on both arms, and in every block.

use bytes::Bytes;
use rand::RngExt;

use super::schedule::Operation;
use crate::record::ThroughputProcedure;
use crate::s3::{Payload, Prepared, Proof, Raw, RawRequest, RequestError};
use crate::workload::{Content, SizeClass, seeded};

/// The only bucket of a block's server.
const BUCKET: &str = "s3ci-throughput";

#[derive(Debug, Clone)]
pub(super) struct Object {
    key: String,
    bytes: Bytes,
}

impl Object {
    pub(super) fn size_bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    pub(super) fn class(&self) -> SizeClass {
        SizeClass::of(self.size_bytes())
    }
}

#[derive(Debug, Clone)]
pub(super) struct Objects(Vec<Object>);

impl Objects {
    /// Draws the objects: sizes evenly between smallest and largest, half compressible, half random.
    pub(super) fn draw(procedure: &ThroughputProcedure) -> Self {
        let mut generator = seeded(procedure.seed, "duet/objects");
        let sizes = procedure.min_size_bytes..=procedure.max_size_bytes;
        let object = |number| {
            let size = usize::try_from(generator.random_range(sizes.clone())).unwrap_or(usize::MAX);
            let bytes = Content::draw(&mut generator).bytes(size, &mut generator).into();
            Object { key: format!("subdir_{}/file_{number}.dat", number % 5), bytes }
        };
        Self((0..procedure.objects).map(object).collect())
    }

    pub(super) fn get(&self, index: usize) -> Option<&Object> {
        self.0.get(index)
    }
}

pub(super) fn create_bucket(raw: &Raw) -> Result<Prepared, RequestError> {
    raw.prepare(&RawRequest::to_path("PUT", format!("/{BUCKET}")).proving(Proof::Nothing))
}

/// A listing needs no object.
pub(super) fn request(raw: &Raw, operation: Operation, object: Option<&Object>) -> Result<Prepared, RequestError> {
    let key = object.map_or("", |object| &object.key);
    let on_object = |method| RawRequest::to_object(method, BUCKET, key);
    let request = match operation {
        Operation::Put => {
            let bytes = object.map(|object| object.bytes.clone()).unwrap_or_default();
            on_object("PUT").carrying(Payload::Unsigned(bytes))
        }
        Operation::Get => on_object("GET"),
        Operation::Head => on_object("HEAD"),
        Operation::Delete => on_object("DELETE"),
        Operation::List => {
            let mut request = RawRequest::to_path("GET", format!("/{BUCKET}"));
            request.query.push(("list-type".to_owned(), "2".to_owned()));
            request
        }
    };
    raw.prepare(&request.proving(Proof::Nothing))
}
