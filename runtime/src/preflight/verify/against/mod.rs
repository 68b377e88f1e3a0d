//! One database against another, row by row: checksums of ranges of the key, and the rows of those that
//! differ. Clients write meanwhile, so that a difference counts only if it lasts.

mod follow;
mod keyless;
mod literal;
mod name;
mod range;
mod settle;
mod sides;
mod table;

use std::time::Instant;

use self::follow::Follow;
use self::range::Walk;
use self::sides::{DIFFERING, Sides};
use self::table::{Pair, Table};
use super::pace::Pace;
use super::position::{Position, identity};
use super::reader::Reader;
use super::tale::Tale;
use crate::outcome::error::Error;
use crate::outcome::verification::{Unverified, Verification};
use crate::session::executor::Executor;
use crate::session::shown::{on_one_line, shown};
use crate::settings::Settings;
use crate::settings::verify::Verify;

/// Looks at each row of the tables that both have.
pub(crate) async fn verify_against(
    here: &mut dyn Executor,
    there: &mut dyn Executor,
    settings: &Settings,
    verify: &Verify,
) -> Result<Verification, Error> {
    let started = Instant::now();
    let of = [identity(here, &settings.app).await?, identity(there, &settings.app).await?];
    let of = format!("{}: against {}", of[0], of[1]);
    let (here, there) = (Reader::new(here, settings), Reader::new(there, settings));
    let mut sides = Sides { here, there };
    let follow = Follow::find(&mut sides).await?;
    let (pairs, mut unverified) = pairs(&mut sides, verify).await?;
    let position = match &verify.from {
        Some(text) => Position::parse(text, &of)?,
        None => Position { of, ..Position::default() },
    };
    let label = |pair: &Pair| (on_one_line(&pair.here.name), DIFFERING.to_owned());
    position.fits(&pairs.iter().map(label).collect::<Vec<_>>())?;
    let done = position.verified.len() - usize::from(position.place.is_some());
    let tale = Tale { verify, position };
    let mut walk =
        Walk { sides, pace: Pace::new(settings, false), tale, follow, size: range::FIRST };
    for pair in pairs.iter().skip(done) {
        if walk.follow.is_copying(&mut walk.sides.there, &pair.here.name).await? {
            let why = "the subscription still copies it: run again once its state is `r` in \
                       `pg_subscription_rel`";
            let (what, why) = (on_one_line(&pair.here.name), why.to_owned());
            unverified.push(Unverified { what, why, differs: true });
            walk.tale.position.place = None;
            walk.tale.begin(&pair.here.name, DIFFERING);
            continue;
        }
        walk.pair(pair).await?;
    }
    let took = started.elapsed();
    Ok(Verification { verified: walk.tale.position.verified, unverified, took })
}

/// The tables of both sides by their names, and those that one alone has.
async fn pairs(
    sides: &mut Sides<'_>,
    verify: &Verify,
) -> Result<(Vec<Pair>, Vec<Unverified>), Error> {
    let here = Table::all(&mut sides.here, verify).await?;
    let mut there = Table::all(&mut sides.there, verify).await?;
    let (mut pairs, mut unverified) = (Vec::new(), Vec::new());
    let alone = |table: &Table, side: &str| Unverified {
        what: on_one_line(&table.name),
        why: format!("the database {side} alone has it"),
        differs: true,
    };
    for table in here {
        match there.iter().position(|other| other.name == table.name) {
            Some(at) => pairs.push(Pair { here: table, there: there.swap_remove(at) }),
            None => unverified.push(alone(&table, "here")),
        }
    }
    there.sort_by(|one, other| one.name.cmp(&other.name));
    unverified.extend(there.iter().map(|table| alone(table, "there")));
    let is_known = |asked: &&String| {
        let only = Verify { tables: vec![(*asked).clone()], ..Verify::default() };
        pairs.iter().any(|pair| only.wants(&pair.here.name))
            || unverified.iter().any(|one| only.wants(&one.what))
    };
    let unknown = verify.tables.iter().filter(|asked| !is_known(asked));
    let unknown: Vec<Unverified> = unknown
        .map(|asked| Unverified {
            what: shown(asked),
            why: "neither database has such a table, or the role may not see it".to_owned(),
            differs: true,
        })
        .collect();
    unverified.extend(unknown);
    Ok((pairs, unverified))
}
