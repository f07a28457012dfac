//! A kill at a moment that only the data file system shows, from within the server's container.
//!
//! Nobody outside can tell when a server writes, and a kill that is ordered through the daemon comes some milliseconds late. So a
//! script runs beside the server: it watches the free blocks, and tells process 1 to kill.

use std::time::Duration;

use async_trait::async_trait;
use bollard::Docker;
use futures_util::future::BoxFuture;

use super::execute::{DEADLINE, execute, finished, says};
use super::launch::Output;
use crate::server::error::ServerError;
use crate::server::host::KillOnWrite;
use crate::server::spec::Moment;

/// Lets the server work in short turns, and looks at the free blocks while it stands still, until they are more, or fewer, than they
/// were a turn ago: so it is found in the middle of its work however busy the machine is. A daemon can start the script and not stop
/// it, hence the note of its process.
const WAIT: &str = r#"
echo $$ > /tmp/kill-on-write.pid
server=$(cat /tmp/server.pid) && free=$(stat -f -c %f /data) && echo waiting || exit
while
  kill -CONT "$server" || exit
  turn=0
  while [ $turn -lt 500 ]; do turn=$((turn + 1)); done
  kill -STOP "$server" || exit
  now=$(stat -f -c %f /data) && ! [ "$now" "$1" "$free" ]
do free=$now; done
kill -USR1 1 && echo killed
"#;
/// Ends the script, and lets the server go on.
const GIVE_UP: &str = r#"kill -KILL "$(cat /tmp/kill-on-write.pid)"; kill -CONT "$(cat /tmp/server.pid)""#;

struct DockerKillOnWrite<'server> {
    docker: &'server Docker,
    container: &'server str,
    output: Output,
    comes_back: BoxFuture<'server, Result<(), ServerError>>,
}

/// Waits for the moment from now on; none where the container does not show the room of its data. `comes_back` waits until the server
/// answers again.
pub(super) async fn from_now_on<'server>(
    docker: &'server Docker,
    container: &'server str,
    moment: Moment,
    comes_back: BoxFuture<'server, Result<(), ServerError>>,
) -> Result<Option<Box<dyn KillOnWrite + 'server>>, ServerError> {
    let comparison = match moment {
        Moment::RoomTaken => "-lt",
        Moment::RoomGivenBack => "-gt",
    };
    let mut output = execute(docker, container, WAIT, &[comparison.to_owned()]).await?;
    if says(&mut output, "waiting", DEADLINE).await != Some(true) {
        return Ok(None);
    }
    Ok(Some(Box::new(DockerKillOnWrite { docker, container, output, comes_back })))
}

#[async_trait]
impl KillOnWrite for DockerKillOnWrite<'_> {
    async fn killed(mut self: Box<Self>, within: Duration) -> Result<bool, ServerError> {
        let killed = if let Some(killed) = says(&mut self.output, "killed", within).await {
            killed
        } else {
            finished(execute(self.docker, self.container, GIVE_UP, &[]).await?).await;
            // It may have been faster.
            says(&mut self.output, "killed", DEADLINE).await.unwrap_or(false)
        };
        if killed {
            self.comes_back.await?;
        }
        Ok(killed)
    }
}
