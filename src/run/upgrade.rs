//! The upgrade suites: a server of the base and then one of the target on one volume.

use super::suite::SuiteRun;
use crate::checks::KeptData;
use crate::event::SuiteEnd;
use crate::server::Runtime;

impl SuiteRun<'_> {
    /// Lets the base store and the target find; all that is found goes into the events.
    pub(super) async fn upgrade(&self, base: &Runtime, end: &mut SuiteEnd) {
        let volume = match self.runtime.volume(&self.spec()).await {
            Ok(Some(volume)) => volume,
            Ok(None) => return self.skip_all("s3ci does not run this server, so it cannot upgrade it").await,
            Err(error) => {
                end.fault = Some(error.into());
                return;
            }
        };
        let kept = KeptData::default();
        let older = SuiteRun { runtime: base, is_on_the_base: true, upgrades: Some((&volume, &kept)), ..self.clone() };
        Box::pin(older.on_a_server(end)).await;
        if kept.is_stored() && end.fault.is_none() && !self.run.stopper.is_stopped() {
            let newer = SuiteRun { upgrades: Some((&volume, &kept)), ..self.clone() };
            Box::pin(newer.on_a_server(end)).await;
        }
        if let Err(error) = volume.remove().await {
            end.fault.get_or_insert(error.into());
        }
    }

    /// Whether the server is to take over what the base has stored.
    pub(super) fn takes_over(&self) -> bool {
        self.upgrades.is_some_and(|(_, kept)| kept.is_stored())
    }
}
