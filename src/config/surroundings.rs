//! Where s3ci runs: in front of a person, or in CI on somebody else's change.

const VARIABLES: [&str; 4] = ["CI", "GITHUB_ACTIONS", "JENKINS_URL", "TF_BUILD"];

/// What is known of the surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surroundings {
    /// Whether `CI` is set, or what GitHub, Jenkins or Azure set.
    pub is_ci: bool,
    /// Whether a person sits at the terminal.
    pub is_attended: bool,
}

impl Surroundings {
    /// What the environment says; `is_attended` is for the console to know.
    #[must_use]
    pub fn detect(is_attended: bool) -> Self {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "false");
        Self { is_ci: VARIABLES.into_iter().any(is_set), is_attended }
    }

    /// Whether a person works on their own checkout here, so that its files are theirs.
    #[must_use]
    pub fn are_a_persons(self) -> bool {
        self.is_attended && !self.is_ci
    }
}
