//! stub
pub(super) async fn build(_a: crate::cli::Settings, _c: crate::report::Console) -> crate::exit::Exit { crate::exit::Exit::Success }
