//! What in a database would hurt before long.

use std::fmt;

/// What [`diagnose`](crate::Changeover::diagnose) found; the command `doctor` prints it.
///
/// ```no_run
/// use changeover::Changeover;
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), changeover::Error> {
/// let diagnosis = Changeover::builder(&MIGRATIONS).connect(url).await?.diagnose().await?;
/// for symptom in &diagnosis.symptoms {
///     println!("{}: {}", symptom.what, symptom.help);
/// }
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// What was found, by what it is looked for.
    pub symptoms: Vec<Symptom>,
    /// What could not be looked for, each with the server's reason.
    pub unseen: Vec<String>,
    /// How many things were looked for.
    pub looked: usize,
}

/// One thing that would hurt.
///
/// ```
/// use changeover::Symptom;
///
/// fn line(symptom: &Symptom) -> String {
///     format!("{}: {}", symptom.look, symptom.what)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Symptom {
    /// What was looked for, a stable name: `invalid-index`.
    pub look: &'static str,
    /// What there is, in one clause.
    pub what: String,
    /// What it causes.
    pub effect: &'static str,
    /// What to do about it.
    pub help: &'static str,
}

/// Of one kind, so many are printed one by one.
const SHOWN: usize = 10;

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut looks: Vec<&str> = self.symptoms.iter().map(|symptom| symptom.look).collect();
        looks.dedup();
        for look in looks {
            let all: Vec<&Symptom> =
                self.symptoms.iter().filter(|symptom| symptom.look == look).collect();
            let Some(first) = all.first() else { continue };
            writeln!(f, "{look}")?;
            all.iter().take(SHOWN).try_for_each(|symptom| writeln!(f, "  {}", symptom.what))?;
            if let Some(more) = all.len().checked_sub(SHOWN).filter(|more| *more > 0) {
                writeln!(f, "  and {more} more")?;
            }
            writeln!(f, "  note: {}\n  help: {}\n", first.effect, first.help)?;
        }
        self.unseen.iter().try_for_each(|what| writeln!(f, "could not look: {what}\n"))?;
        let found = self.symptoms.len();
        match (found, self.unseen.len()) {
            (0, 0) => writeln!(f, "{} things looked for, nothing found", self.looked),
            _ => writeln!(f, "{} things looked for, {found} found", self.looked),
        }
    }
}
