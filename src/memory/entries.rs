//! A map with a limit, with the same rules as pkg/backends/entries.js.

use std::collections::HashMap;
use std::sync::Arc;

/// How many entries the sweep checks for each write: all of them during half as many writes.
const LOOKS: usize = 2;

/// Deadlines are whole seconds since 2026, as in JavaScript, where small integers take less memory.
const BEGINNING: f64 = 1_767_225_600.0;
const NEVER: f64 = ((1 << 30) - 1) as f64;

/// The head of the ring stands between the newest node and the oldest.
const HEAD: usize = 0;

struct Node<T> {
    /// `None` for the head and for free places.
    entry: Option<(Arc<str>, T)>,
    deadline: f64,
    is_visited: bool,
    older: usize,
    newer: usize,
}

/// Beyond `max_entries` it removes an entry that was not read lately, by SIEVE (Zhang et al., NSDI 2024); a sweep removes expired
/// entries gradually.
pub(super) struct Entries<T> {
    places: HashMap<Arc<str>, usize>,
    nodes: Vec<Node<T>>,
    free: Vec<usize>,
    max_entries: usize,
    /// SIEVE's hand and the sweep; both move from the oldest to the newest.
    sieve: usize,
    sweep: usize,
}

impl<T> Entries<T> {
    pub fn new(max_entries: usize) -> Self {
        let head = Node { entry: None, deadline: NEVER, is_visited: false, older: HEAD, newer: HEAD };
        Self { places: HashMap::new(), nodes: vec![head], free: Vec::new(), max_entries, sieve: HEAD, sweep: HEAD }
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(|key| &**key)
    }

    pub fn get(&mut self, key: &str) -> Option<&T> {
        let node = &mut self.nodes[*self.places.get(key)?];
        node.is_visited = true;
        node.entry.as_ref().map(|(_, item)| item)
    }

    /// `now`: seconds since the epoch; `retention`: seconds after which the entry may be removed. Returns the removed entries, for the caller to drop.
    pub fn set(&mut self, key: &str, item: T, retention: f64, now: f64) -> Vec<T> {
        let now = now - BEGINNING;
        let deadline = (now + retention).ceil().min(NEVER);
        let mut gone = Vec::new();
        if let Some(place) = self.places.get(key).copied() {
            let node = &mut self.nodes[place];
            node.deadline = deadline;
            gone.extend(node.entry.as_mut().map(|(_, known)| std::mem::replace(known, item)));
        } else {
            if self.len() >= self.max_entries {
                gone.extend(self.evict());
            }
            self.add(key.into(), item, deadline);
        }
        self.sweep_on(now, &mut gone);
        gone
    }

    pub fn delete(&mut self, key: &str) -> Option<T> {
        let place = *self.places.get(key)?;
        self.remove(place)
    }

    fn add(&mut self, key: Arc<str>, item: T, deadline: f64) {
        let newest = self.nodes[HEAD].older;
        let node = Node { entry: Some((key.clone(), item)), deadline, is_visited: false, older: newest, newer: HEAD };
        let place = if let Some(place) = self.free.pop() {
            self.nodes[place] = node;
            place
        } else {
            self.nodes.push(node);
            self.nodes.len() - 1
        };
        self.nodes[newest].newer = place;
        self.nodes[HEAD].older = place;
        self.places.insert(key, place);
    }

    fn remove(&mut self, place: usize) -> Option<T> {
        let Node { older, newer, .. } = self.nodes[place];
        self.nodes[older].newer = newer;
        self.nodes[newer].older = older;
        for hand in [&mut self.sieve, &mut self.sweep] {
            if *hand == place {
                *hand = newer;
            }
        }
        self.free.push(place);
        let (key, item) = self.nodes[place].entry.take()?;
        self.places.remove(&key);
        Some(item)
    }

    /// SIEVE: an entry that was read since the hand's last visit is kept once more.
    fn evict(&mut self) -> Option<T> {
        let mut place = self.sieve;
        while place == HEAD || self.nodes[place].is_visited {
            self.nodes[place].is_visited = false;
            place = self.nodes[place].newer;
        }
        self.sieve = place;
        self.remove(place)
    }

    fn sweep_on(&mut self, now: f64, gone: &mut Vec<T>) {
        for _ in 0..LOOKS {
            let place = if self.sweep == HEAD { self.nodes[HEAD].newer } else { self.sweep };
            self.sweep = self.nodes[place].newer;
            let Node { deadline, .. } = self.nodes[place];
            if place != HEAD && deadline < now && deadline != NEVER {
                gone.extend(self.remove(place));
            }
        }
    }
}
