//! Numbered places for running work. A place is reused, its serial is not, so that late events find nothing.

/// Names what stood in a place at one time: an answer that carries it finds nobody once that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ticket {
    /// The place.
    pub slot: u32,
    /// Which of those that have stood there.
    pub serial: u32,
}

impl Ticket {
    /// Names nothing.
    pub const NONE: Ticket = Ticket { slot: u32::MAX, serial: 0 };
}

/// What stands in a place that is used again. Its lists keep their memory, since to allocate costs as much as to decide.
pub(super) trait Reusable: Default {
    /// Makes it what it is by default.
    fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Empties a list. It keeps its memory unless that is large.
#[inline(never)]
pub(super) fn empty<T>(list: &mut Vec<T>) {
    const LARGE: usize = 16;
    if list.capacity() > LARGE {
        *list = Vec::new();
    }
    list.clear();
}

#[derive(Debug)]
struct Place<T> {
    serial: u32,
    is_taken: bool,
    item: T,
}

/// Items by number.
#[derive(Debug)]
pub(super) struct Slab<T> {
    places: Vec<Place<T>>,
    free: Vec<u32>,
}

impl<T: Reusable> Slab<T> {
    pub const fn new() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }

    /// The number of a new item, which is as by default.
    pub fn add(&mut self) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.places[slot as usize].is_taken = true;
            return slot;
        }
        self.places.push(Place { serial: 0, is_taken: true, item: T::default() });
        self.places.len() as u32 - 1
    }

    /// The number that the next item gets.
    pub fn next(&self) -> u32 {
        self.free.last().copied().unwrap_or(self.places.len() as u32)
    }

    pub fn remove(&mut self, slot: u32) {
        let Some(place) = self.places.get_mut(slot as usize).filter(|place| place.is_taken) else { return };
        place.is_taken = false;
        place.serial = place.serial.wrapping_add(1);
        place.item.clear();
        self.free.push(slot);
    }

    pub fn get(&self, slot: u32) -> Option<&T> {
        self.places.get(slot as usize).filter(|place| place.is_taken).map(|place| &place.item)
    }

    /// What the ticket names, if that is still there.
    pub fn named(&self, ticket: Ticket) -> Option<&T> {
        self.is_current(ticket).then(|| &self.places[ticket.slot as usize].item)
    }

    pub fn ticket(&self, slot: u32) -> Ticket {
        Ticket { slot, serial: self.places[slot as usize].serial }
    }

    /// Whether what the ticket names is still there.
    pub fn is_current(&self, ticket: Ticket) -> bool {
        self.places.get(ticket.slot as usize).is_some_and(|place| place.serial == ticket.serial && place.is_taken)
    }

    pub fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// The numbers in use.
    pub fn slots(&self) -> impl Iterator<Item = u32> {
        self.places.iter().enumerate().filter(|(_, place)| place.is_taken).map(|(slot, _)| slot as u32)
    }
}

impl<T> std::ops::Index<u32> for Slab<T> {
    type Output = T;

    /// Only for numbers that are known to be in use.
    fn index(&self, slot: u32) -> &T {
        let place = &self.places[slot as usize];
        debug_assert!(place.is_taken, "a number in use");
        &place.item
    }
}

impl<T> std::ops::IndexMut<u32> for Slab<T> {
    fn index_mut(&mut self, slot: u32) -> &mut T {
        let place = &mut self.places[slot as usize];
        debug_assert!(place.is_taken, "a number in use");
        &mut place.item
    }
}
