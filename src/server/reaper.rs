//! stub
#[derive(Debug)] pub struct Reaper;
#[derive(Debug,Clone)] pub struct Watch;
impl Reaper { pub async fn spawn(_r:&str,_w:&std::path::Path)->std::io::Result<Self>{Ok(Self)} pub fn watch(&self)->Watch{Watch} pub async fn dismiss(self){} }
pub async fn run(_r:&str,_w:&std::path::Path){}
