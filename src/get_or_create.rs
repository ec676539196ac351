//! `getOrCreate` and `getOrCreateMulti`: for each key look, join or begin a flight, judge what its read found, and serve, lead or wait.

use std::rc::Rc;

use js_sys::{Function, JsString, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::backend;
use crate::cache_region::CacheRegion;
use crate::creation::{Creation, Creator};
use crate::error::Error;
use crate::flight::{Flight, Outcome, Phase};
use crate::freshness::{Decision, Why};
use crate::js;
use crate::record::{Found, Record};
use crate::report::Origin;
use crate::setup::Setup;

/// One call, its options read.
#[derive(Debug)]
pub struct Request {
    /// The user's function.
    pub creator: Creator,
    /// The call's own expiration.
    pub expiration: Option<f64>,
    /// Asked once per created value.
    pub should_cache: Option<Function>,
    /// Create even where a fresh value exists.
    pub force_refresh: bool,
    /// The call's own `lockTimeout`.
    pub lock_timeout: Option<f64>,
}

/// A record, and how it was come by.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The record.
    pub record: Record,
    /// "fresh", "stale" or "created".
    pub state: &'static str,
}

/// One key of a call, on its way to an entry.
#[derive(Debug)]
struct Quest {
    key: JsString,
    mangled: JsString,
    entry: Option<Entry>,
    /// Counted as a miss already.
    missed: bool,
    /// A read that was fenced off is made again once.
    reread: bool,
    /// Given up by this call, and not yet followed by another flight.
    deposed: Option<Rc<Flight>>,
    /// Given up after this call had waited for them: their values are still good for it.
    waited_for: Vec<Rc<Flight>>,
}

/// A quest that waits for a flight to end.
#[derive(Debug)]
struct Waiting {
    quest: usize,
    flight: Rc<Flight>,
    /// This call leads the flight: it does not take over from itself.
    leads: bool,
}

/// What comes next for one key.
#[derive(Debug)]
enum Move {
    Serve(Entry),
    Lead,
    Wait,
    TakeOver,
    BeginAgain,
    Fail(JsValue),
}

/// A quest on board of a flight.
#[derive(Debug)]
struct Boarded {
    quest: usize,
    flight: Rc<Flight>,
    /// This call began the flight, and reads.
    reads: bool,
}

impl Quest {
    fn new((key, mangled): (JsString, JsString)) -> Self {
        Self { key, mangled, entry: None, missed: false, reread: false, deposed: None, waited_for: Vec::new() }
    }

    /// Whoever waits for the flight that this call gave up now waits for this one.
    fn follow(&mut self, flight: &Rc<Flight>) {
        if let Some(deposed) = self.deposed.take() {
            flight.bequeath_to(deposed);
        }
    }

    /// What those who wait get, as soon as there is something.
    fn outcome(&self, flight: &Flight) -> Option<Outcome> {
        let earlier = || self.waited_for.iter().filter_map(|earlier| earlier.outcome());
        flight.outcome().or_else(|| earlier().find(|outcome| matches!(outcome, Outcome::Created(_))))
    }

    /// Settles when there may be an outcome.
    fn change(&self, flight: &Flight) -> Promise {
        if self.waited_for.is_empty() {
            return flight.change();
        }
        let earlier = self.waited_for.iter().map(|earlier| earlier.change());
        js::race(&earlier.chain([flight.change()]).collect())
    }
}

impl CacheRegion {
    /// An entry for each key; the keys are pairs of the user's key and the backend's, unique as the backend knows them.
    pub async fn get_or_create(self: Rc<Self>, keys: Vec<(JsString, JsString)>, request: Request) -> Result<Vec<Entry>, JsValue> {
        let mut quests: Vec<Quest> = keys.into_iter().map(Quest::new).collect();
        let ended = self.pursue(&mut quests, &request).await;
        for deposed in quests.iter_mut().filter_map(|quest| quest.deposed.take()) {
            deposed.end(Outcome::Again);
        }
        ended?;
        Ok(quests.into_iter().filter_map(|quest| quest.entry).collect())
    }

    async fn pursue(self: &Rc<Self>, quests: &mut [Quest], request: &Request) -> Result<(), JsValue> {
        let mut mangled_by = self.setup()?;
        while quests.iter().any(|quest| quest.entry.is_none()) {
            let setup = self.setup()?;
            if !Rc::ptr_eq(&setup, &mangled_by) {
                for quest in quests.iter_mut() {
                    quest.mangled = setup.mangle(&quest.key)?;
                }
                mangled_by = Rc::clone(&setup);
            }
            let boarded = self.board(&setup, quests);
            self.read_flights(&setup, &boarded, request).await;
            let mut found = Vec::with_capacity(boarded.len());
            for Boarded { flight, .. } in &boarded {
                found.push(flight.found().await);
            }
            for waiting in self.judge(&setup, quests, boarded, found, request)? {
                self.wait(&setup, &mut quests[waiting.quest], &waiting, request).await?;
            }
        }
        Ok(())
    }

    /// Joins the flight of each key that has no entry yet, or begins one.
    fn board(&self, setup: &Setup, quests: &[Quest]) -> Vec<Boarded> {
        let open = quests.iter().enumerate().filter(|(_, quest)| quest.entry.is_none());
        open.map(|(index, quest)| {
            let current = self.flights.current(&quest.mangled);
            let begin = || match setup.coalesces {
                true => self.flights.begin(&quest.mangled, quest.deposed.is_some()),
                false => self.flights.begin_solitary(&quest.mangled),
            };
            Boarded { quest: index, reads: current.is_none(), flight: current.unwrap_or_else(begin) }
        })
        .collect()
    }

    /// One read for all flights that this call began, sent when the writes in line have settled.
    async fn read_flights(&self, setup: &Setup, boarded: &[Boarded], request: &Request) {
        let begun: Vec<&Rc<Flight>> = boarded.iter().filter(|on| on.reads).map(|on| &on.flight).collect();
        if begun.is_empty() {
            return;
        }
        let keys: Vec<JsString> = begun.iter().map(|flight| flight.key.clone()).collect();
        setup.writes_ahead(&keys).await;
        let multi = matches!(request.creator, Creator::Multi(_));
        match backend::read(setup, &keys, multi).await {
            Ok(answers) => {
                for (flight, answer) in begun.into_iter().zip(answers) {
                    self.flights.land(flight, self.found(setup, answer));
                }
            }
            Err(error) => {
                let unreadable = self.found(setup, Err(error));
                begun.into_iter().for_each(|flight| self.flights.land(flight, unreadable.clone()));
            }
        }
    }

    fn found(&self, setup: &Setup, answer: Result<JsValue, JsValue>) -> Found {
        match answer {
            Ok(answer) => self.inspect(answer),
            Err(error) => {
                self.backend_failed(&error, Origin::Read);
                if setup.throws { Found::Failed(Error::Backend("read", error).into()) } else { Found::Nothing(Why::Unreadable) }
            }
        }
    }

    /// Serves what can be served and starts one creation for all that this call leads; what is left is to be waited for.
    fn judge(
        self: &Rc<Self>,
        setup: &Rc<Setup>,
        quests: &mut [Quest],
        boarded: Vec<Boarded>,
        found: Vec<Option<Found>>,
        request: &Request,
    ) -> Result<Vec<Waiting>, JsValue> {
        let now = self.now();
        let (mut led, mut waiting, mut failure) = (Vec::new(), Vec::new(), None);
        for (Boarded { quest: index, flight, reads }, found) in boarded.into_iter().zip(found) {
            let quest = &mut quests[index];
            let next = match &now {
                Ok(now) => self.next_move(setup, quest, &flight, found, request, *now),
                Err(error) => Move::Fail(error.clone()),
            };
            if reads && flight.phase() == Phase::Landed {
                self.flights.remove(&flight);
            }
            match next {
                Move::Serve(entry) => quest.entry = Some(entry),
                Move::Lead => {
                    quest.follow(&flight);
                    led.push((quest.key.clone(), Rc::clone(&flight)));
                    waiting.push(Waiting { quest: index, flight, leads: true });
                }
                Move::Wait => {
                    quest.follow(&flight);
                    waiting.push(Waiting { quest: index, flight, leads: false });
                }
                Move::TakeOver => self.take_over(quest, &flight),
                Move::BeginAgain => {}
                Move::Fail(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            None => self.lead(setup, led, request),
            Some(error) => {
                led.iter().for_each(|(_, flight)| self.flights.end(flight, Outcome::Again));
                return Err(error);
            }
        }
        Ok(waiting)
    }

    fn next_move(
        &self,
        setup: &Setup,
        quest: &mut Quest,
        flight: &Rc<Flight>,
        found: Option<Found>,
        request: &Request,
        now: f64,
    ) -> Move {
        let landed = flight.phase() == Phase::Landed;
        if landed && flight.is_fenced() && !quest.reread {
            quest.reread = true;
            return Move::BeginAgain;
        }
        let (decision, record) = match found {
            Some(Found::Failed(error)) => return Move::Fail(error),
            Some(Found::Nothing(why)) => (Decision::Missing(why), None),
            Some(Found::Record(record)) => (self.decide(record.metadata, request.expiration, now), Some(record)),
            None => return Move::BeginAgain,
        };
        match (decision, record) {
            (Decision::Fresh, Some(record)) if !request.force_refresh => self.serve(quest, record, "fresh"),
            _ if landed => self.try_to_lead(quest, flight, decision, request),
            _ if flight.is_overdue(request.patience(setup)) => Move::TakeOver,
            (Decision::Stale, Some(record)) if !request.force_refresh => self.serve(quest, record, "stale"),
            _ => {
                self.count_miss(quest, decision, request);
                Move::Wait
            }
        }
    }

    fn serve(&self, quest: &Quest, record: Record, state: &'static str) -> Move {
        if state == "fresh" {
            self.stats.hits.up();
            self.reporter.hit(&quest.key);
        } else {
            self.stats.stale_hits.up();
            self.reporter.stale(&quest.key);
        }
        Move::Serve(Entry { record, state })
    }

    /// The first caller whose own decision needs a creation leads it. A flight that was fenced off twice is led for those who shared its read.
    fn try_to_lead(&self, quest: &mut Quest, flight: &Rc<Flight>, decision: Decision, request: &Request) -> Move {
        if !flight.is_fenced() && !self.flights.claim(flight) {
            return Move::BeginAgain;
        }
        self.count_miss(quest, decision, request);
        flight.begin_creating();
        Move::Lead
    }

    fn count_miss(&self, quest: &mut Quest, decision: Decision, request: &Request) {
        if let (Decision::Missing(why), false, false) = (decision, quest.missed, request.force_refresh) {
            quest.missed = true;
            self.stats.misses.up();
            self.reporter.miss(&quest.key, why);
        }
    }

    fn lead(self: &Rc<Self>, setup: &Rc<Setup>, led: Vec<(JsString, Rc<Flight>)>, request: &Request) {
        if led.is_empty() {
            return;
        }
        let last_chances: Vec<_> = led.iter().map(|(_, flight)| flight).filter(|flight| flight.last_chance).cloned().collect();
        Creation::start(self, setup, &request.creator, &request.should_cache, led);
        last_chances.iter().for_each(|flight| self.watch(flight, request.patience(setup)));
    }

    /// Waits for a flight to end, or takes over when its creator has had its time.
    async fn wait(
        self: &Rc<Self>,
        setup: &Setup,
        quest: &mut Quest,
        waiting: &Waiting,
        request: &Request,
    ) -> Result<(), JsValue> {
        let Waiting { flight, leads, .. } = waiting;
        if !leads && flight.outcome().is_none() {
            self.reporter.waits(&quest.key);
        }
        loop {
            if let Some(outcome) = quest.outcome(flight) {
                return self.receive(quest, outcome, *leads);
            }
            if !leads && flight.is_overdue(request.patience(setup)) {
                self.take_over(quest, flight);
                quest.waited_for.push(Rc::clone(flight));
                return Ok(());
            }
            if !leads {
                self.watch(flight, request.patience(setup));
            }
            let _changed = JsFuture::from(quest.change(flight)).await;
        }
    }

    fn receive(&self, quest: &mut Quest, outcome: Outcome, leads: bool) -> Result<(), JsValue> {
        match outcome {
            Outcome::Created(record) => {
                if !leads {
                    self.stats.coalesced.up();
                }
                quest.entry = Some(Entry { record, state: "created" });
                Ok(())
            }
            Outcome::Failed(error) => Err(error),
            Outcome::Again => Ok(()),
        }
    }

    /// Gives up on a creation; this call joins the flight that the map then holds, or leads a new one.
    fn take_over(&self, quest: &mut Quest, flight: &Rc<Flight>) {
        self.flights.depose(flight);
        self.stats.takeovers.up();
        self.reporter.takeover(&quest.key);
        quest.follow(flight);
        quest.deposed = Some(Rc::clone(flight));
    }

    /// Sees to it that those who wait look again in time. A flight born of a takeover ends then, for all of them.
    fn watch(self: &Rc<Self>, flight: &Rc<Flight>, patience: f64) {
        let region = Rc::clone(self);
        flight.watch(patience, move |flight| {
            if flight.last_chance {
                let message = "Two creations in a row have not ended within lockTimeout.";
                region.flights.give_up(flight, Error::Timeout(message.into()).into());
            }
        });
    }
}

impl Request {
    fn patience(&self, setup: &Setup) -> f64 {
        self.lock_timeout.unwrap_or(setup.lock_timeout)
    }
}
