//! Which effects and events have occurred.

use std::collections::BTreeMap;

use dogpile::machine::Effect;

#[derive(Debug, Default, Clone)]
pub struct Cover(pub BTreeMap<String, u64>);

pub const EFFECTS: [&str; 36] = [
    "Refresh",
    "Hear",
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
        self.note(name(effect));
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

fn name(effect: &Effect) -> &'static str {
    let index = match effect {
        Effect::Refresh { .. } => 0,
        Effect::Hear { .. } => 1,
        Effect::Read { .. } => 2,
        Effect::FindLocks { .. } => 3,
        Effect::Lock { .. } => 4,
        Effect::GiveUpLock { .. } => 5,
        Effect::HandOver { .. } => 6,
        Effect::ReadAgain { .. } => 7,
        Effect::Adopt { .. } => 8,
        Effect::Unlock { .. } => 9,
        Effect::Create { .. } => 10,
        Effect::Run { .. } => 11,
        Effect::Accept { .. } => 12,
        Effect::RefreshToStore { .. } => 13,
        Effect::HearToStore { .. } => 14,
        Effect::Store { .. } => 15,
        Effect::Send { .. } => 16,
        Effect::Serve { .. } => 17,
        Effect::Fail { .. } => 18,
        Effect::Restart { .. } => 19,
        Effect::Abort { .. } => 20,
        Effect::SetTimer { .. } => 21,
        Effect::SetRoundTimer { .. } => 22,
        Effect::ClearTimer { .. } => 23,
        Effect::Tell { .. } => 24,
        Effect::Report { .. } => 25,
        Effect::KeepAlive { .. } => 26,
        Effect::Watch { .. } => 27,
        Effect::Changed { .. } => 28,
        Effect::EndCall { .. } => 29,
        Effect::ForgetFlight { .. } => 30,
        Effect::ForgetBatch { .. } => 31,
        Effect::ForgetRound { .. } => 32,
        Effect::ForgetWrite { .. } => 33,
        Effect::ForgetKey { .. } => 34,
        Effect::ClearRoundTimer { .. } => 35,
    };
    EFFECTS[index]
}
