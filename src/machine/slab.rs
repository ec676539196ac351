//! Numbered places for what is under way. A place is used again; its serial is not, so that what arrives late finds nobody.

/// Names what stood in a place at one time: an answer that carries it finds nobody once that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// The place.
    pub slot: u32,
    /// Which of those that have stood there.
    pub serial: u32,
}

#[derive(Debug)]
struct Place<T> {
    serial: u32,
    item: Option<T>,
}

/// Items by number.
#[derive(Debug)]
pub(super) struct Slab<T> {
    places: Vec<Place<T>>,
    free: Vec<u32>,
}

impl<T> Slab<T> {
    pub const fn new() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }

    pub fn insert(&mut self, item: T) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.places[slot as usize].item = Some(item);
            return slot;
        }
        self.places.push(Place { serial: 0, item: Some(item) });
        self.places.len() as u32 - 1
    }

    /// The number that the next item gets.
    pub fn next(&self) -> u32 {
        self.free.last().copied().unwrap_or(self.places.len() as u32)
    }

    pub fn remove(&mut self, slot: u32) -> Option<T> {
        let place = self.places.get_mut(slot as usize)?;
        let item = place.item.take()?;
        place.serial = place.serial.wrapping_add(1);
        self.free.push(slot);
        Some(item)
    }

    pub fn get(&self, slot: u32) -> Option<&T> {
        self.places.get(slot as usize)?.item.as_ref()
    }

    /// What the ticket names, if that is still there.
    pub fn named(&self, ticket: Ticket) -> Option<&T> {
        self.get(ticket.slot).filter(|_| self.places[ticket.slot as usize].serial == ticket.serial)
    }

    pub fn ticket(&self, slot: u32) -> Ticket {
        Ticket { slot, serial: self.places[slot as usize].serial }
    }

    /// Whether what the ticket names is still there.
    pub fn is_current(&self, ticket: Ticket) -> bool {
        self.places.get(ticket.slot as usize).is_some_and(|place| place.serial == ticket.serial && place.item.is_some())
    }

    pub fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// The numbers in use.
    pub fn slots(&self) -> impl Iterator<Item = u32> {
        self.places.iter().enumerate().filter(|(_, place)| place.item.is_some()).map(|(slot, _)| slot as u32)
    }
}

impl<T> std::ops::Index<u32> for Slab<T> {
    type Output = T;

    /// Only for numbers that are known to be in use.
    fn index(&self, slot: u32) -> &T {
        self.places[slot as usize].item.as_ref().expect("a number in use")
    }
}

impl<T> std::ops::IndexMut<u32> for Slab<T> {
    fn index_mut(&mut self, slot: u32) -> &mut T {
        self.places[slot as usize].item.as_mut().expect("a number in use")
    }
}
