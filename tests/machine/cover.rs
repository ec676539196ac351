//! Which effects and events have occurred.

use std::collections::BTreeMap;

use dogpile::machine::Effect;

#[derive(Debug, Default, Clone)]
pub struct Cover(pub BTreeMap<String, u64>);

pub const EFFECTS: [&str; 37] = [
    "Refresh",
    "Hear",
    "HearAgain",
    "Read",
    "FindLocks",
    "Lock",
    "GiveUpLock",
    "HandOver",
    "ReadAgain",
    "Adopt",
    "Unlock",
    "Create",
    "Run",
    "Accept",
    "RefreshToStore",
    "HearToStore",
    "Store",
    "Send",
    "Serve",
    "Fail",
    "Restart",
    "Abort",
    "SetTimer",
    "SetRoundTimer",
    "ClearTimer",
    "Tell",
    "Report",
    "KeepAlive",
    "Watch",
    "Changed",
    "EndCall",
    "ForgetFlight",
    "ForgetBatch",
    "ForgetRound",
    "ForgetWrite",
    "ForgetKey",
    "ClearRoundTimer",
];

impl Cover {
    pub fn note(&mut self, what: &str) {
        match self.0.get_mut(what) {
            Some(count) => *count += 1,
            None => _ = self.0.insert(what.to_string(), 1),
        }
    }

    pub fn effect(&mut self, effect: &Effect) {
        self.note(first_word(&format!("{effect:?}")));
        match effect {
            Effect::Serve { how, .. } => self.note(&format!("Serve {how:?}")),
            Effect::Fail { why, .. } => self.note(&format!("Fail {}", first_word(&format!("{why:?}")))),
            Effect::Tell { event, .. } => self.note(&format!("Tell {event:?}")),
            _ => {}
        }
    }

    pub fn add(&mut self, other: Cover) {
        for (what, count) in other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }

    pub fn missing<'a>(&self, wanted: &[&'a str]) -> Vec<&'a str> {
        wanted.iter().filter(|what| !self.0.contains_key(**what)).copied().collect()
    }
}

fn first_word(text: &str) -> &str {
    text.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or(text)
}
