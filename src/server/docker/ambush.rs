//! A kill at a moment that only the data file system shows, from within the server's container.
//!
//! Nobody outside can tell when a server writes, and a kill that is ordered through the daemon comes some milliseconds late. So a
//! script lies in wait beside the server: it watches the free blocks, and tells process 1 to kill.

use std::time::Duration;

use bollard::container::LogOutput;
use futures_util::StreamExt;

use super::DockerServer;
use super::error::DockerError;
use super::execute::execute;
use super::launch::Output;
use crate::server::{Moment, ServerError};

/// Lets the server work in short turns, and looks at the free blocks while it stands still, until they are more, or fewer, than they
/// were a turn ago: so it is found in the middle of its work however busy the machine is. A daemon can start the script and not stop
/// it, hence the note of its process.
const WAIT: &str = r#"
echo $$ > /tmp/ambush.pid
server=$(cat /tmp/server.pid) && free=$(stat -f -c %f /data) && echo waiting || exit
while
  kill -CONT "$server" || exit
  turn=0
  while [ $turn -lt 500 ]; do turn=$((turn + 1)); done
  kill -STOP "$server" || exit
  now=$(stat -f -c %f /data) && ! [ "$now" "$1" "$free" ]
do free=$now; done
kill -USR1 1 && echo sprung
"#;
/// Ends the script, and lets the server go on.
const GIVE_UP: &str = r#"kill -KILL "$(cat /tmp/ambush.pid)"; kill -CONT "$(cat /tmp/server.pid)""#;

/// Lies in wait for the server; to be ended with [`DockerAmbush::sprung`].
pub(in crate::server) struct DockerAmbush<'server> {
    server: &'server DockerServer,
    output: Output,
}

impl<'server> DockerAmbush<'server> {
    /// Lies in wait from now on; none where the container does not show the room of its data.
    pub(super) async fn lay(server: &'server DockerServer, moment: Moment) -> Result<Option<Self>, DockerError> {
        let comparison = match moment {
            Moment::RoomTaken => "-lt",
            Moment::RoomGivenBack => "-gt",
        };
        let mut output = execute(server.docker(), server.name(), WAIT, &[comparison.to_owned()]).await?;
        let waits = says(&mut output, "waiting").await;
        Ok(waits.then_some(Self { server, output }))
    }

    /// Waits until the server was killed and runs again; false where the moment does not come in time, and will not any more.
    pub(in crate::server) async fn sprung(mut self, within: Duration) -> Result<bool, ServerError> {
        let in_time = tokio::time::timeout(within, says(&mut self.output, "sprung")).await;
        let sprung = if let Ok(sprung) = in_time {
            sprung
        } else {
            let mut given_up = execute(self.server.docker(), self.server.name(), GIVE_UP, &[]).await?;
            while given_up.next().await.is_some() {}
            // It may have been faster.
            says(&mut self.output, "sprung").await
        };
        if sprung {
            self.server.comes_back().await?;
        }
        Ok(sprung)
    }
}

/// Reads on until a script says this; false where it ends without.
async fn says(output: &mut Output, word: &str) -> bool {
    while let Some(Ok(piece)) = output.next().await {
        if matches!(&piece, LogOutput::StdOut { message } if message.split(|byte| *byte == b'\n').any(|line| line == word.as_bytes()))
        {
            return true;
        }
    }
    false
}
