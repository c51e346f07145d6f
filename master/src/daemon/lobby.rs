//! Who wants in, in which order, and how many at a time: pure, so that a storm can be played in a test.
//!
//! A handshake costs signatures and a place for as long as it takes. When a whole fleet comes back at once, those that find no
//! place wait here, rather than being sent away to come again later and later. One address can take half of the places and half
//! of the queue, and no more: behind it may be a whole site, or one peer that says nothing.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// How many handshakes may be under way.
pub(super) const PLACES: usize = 256;

/// How many may wait: what two cores get done in some seconds.
const QUEUE: usize = 4096;

/// How long one waits at most: an agent gives up after twenty seconds, and a handshake with it would be wasted.
const PATIENCE: Duration = Duration::from_secs(15);

/// Those who want in.
#[derive(Debug)]
pub(super) struct Lobby<T> {
    waiting: VecDeque<Waiting<T>>,
    /// How many of an address wait, and how many handshakes it has.
    addresses: HashMap<IpAddr, Count>,
    under_way: usize,
}

#[derive(Debug)]
struct Waiting<T> {
    address: IpAddr,
    since: Instant,
    who: T,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    waiting: usize,
    under_way: usize,
}

/// What is to be done with the next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<T> {
    /// Its handshake begins; [`Lobby::leave`] must follow.
    Begin(IpAddr, T),
    /// It has waited too long.
    Drop(T),
}

impl<T> Default for Lobby<T> {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), addresses: HashMap::new(), under_way: 0 }
    }
}

impl<T> Lobby<T> {
    /// Whether so much is going on that a new one has to prove its address first.
    pub(super) fn is_pressed(&self) -> bool {
        self.under_way >= PLACES / 2 || !self.waiting.is_empty()
    }

    /// One more wants in. Given back when there is no room for it.
    pub(super) fn enter(&mut self, address: IpAddr, now: Instant, who: T) -> Option<T> {
        let count = self.addresses.entry(address).or_default();
        if self.waiting.len() >= QUEUE || count.waiting >= QUEUE / 2 {
            self.tidy(address);
            return Some(who);
        }
        count.waiting += 1;
        self.waiting.push_back(Waiting { address, since: now, who });
        None
    }

    /// The next for whom there is something to do: the first whose address has a place.
    pub(super) fn next(&mut self, now: Instant) -> Option<Next<T>> {
        if self.waiting.front().is_some_and(|first| now.saturating_duration_since(first.since) > PATIENCE) {
            let Waiting { address, who, .. } = self.waiting.pop_front()?;
            self.change(address, |count| count.waiting -= 1);
            return Some(Next::Drop(who));
        }
        if self.under_way >= PLACES {
            return None;
        }
        let has_place = |waiting: &Waiting<T>| {
            self.addresses.get(&waiting.address).is_none_or(|count| count.under_way < PLACES / 2)
        };
        let position = self.waiting.iter().position(has_place)?;
        let Waiting { address, who, .. } = self.waiting.remove(position)?;
        self.under_way += 1;
        self.change(address, |count| {
            count.waiting -= 1;
            count.under_way += 1;
        });
        Some(Next::Begin(address, who))
    }

    /// A handshake is over.
    pub(super) fn leave(&mut self, address: IpAddr) {
        self.under_way -= 1;
        self.change(address, |count| count.under_way -= 1);
    }

    fn change(&mut self, address: IpAddr, change: impl FnOnce(&mut Count)) {
        change(self.addresses.entry(address).or_default());
        self.tidy(address);
    }

    /// Forgets an address of which nobody is here.
    fn tidy(&mut self, address: IpAddr) {
        if self.addresses.get(&address).is_some_and(|count| count.waiting + count.under_way == 0) {
            self.addresses.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        [10, 0, 0, last].into()
    }

    fn begun(lobby: &mut Lobby<u32>, now: Instant) -> Vec<u32> {
        let mut begun = Vec::new();
        while let Some(Next::Begin(_, who)) = lobby.next(now) {
            begun.push(who);
        }
        begun
    }

    #[test]
    fn a_storm_is_let_in_in_its_order() {
        let (mut lobby, now) = (Lobby::default(), Instant::now());
        for who in 0..1000 {
            assert_eq!(lobby.enter(address((who % 250) as u8), now, who), None);
        }
        let mut order = begun(&mut lobby, now);
        assert_eq!(order.len(), PLACES);
        for who in 0..1000 {
            lobby.leave(address((who % 250) as u8));
            order.extend(begun(&mut lobby, now));
        }
        assert_eq!(order, (0..1000).collect::<Vec<_>>());
        assert!(lobby.addresses.is_empty() && !lobby.is_pressed());
    }

    #[test]
    fn one_address_leaves_room_for_others() {
        let (mut lobby, now) = (Lobby::default(), Instant::now());
        let turned_away = (0..10_000).filter(|who| lobby.enter(address(1), now, *who).is_some()).count();
        assert_eq!(turned_away, 10_000 - QUEUE / 2);
        assert_eq!(begun(&mut lobby, now).len(), PLACES / 2);
        // Its handshakes never end; another gets its place at once, past those that wait.
        assert_eq!(lobby.enter(address(2), now, 77), None);
        assert_eq!(begun(&mut lobby, now), [77]);
        assert!(lobby.is_pressed());
    }

    #[test]
    fn the_queue_is_bounded_and_nobody_waits_in_it_for_ever() {
        let (mut lobby, now) = (Lobby::default(), Instant::now());
        let mut kept = 0;
        for who in 0..3 * QUEUE as u32 {
            kept += usize::from(lobby.enter(address((who % 200) as u8), now, who).is_none());
        }
        assert_eq!(kept, QUEUE);
        assert_eq!(begun(&mut lobby, now).len(), PLACES);
        let later = now + PATIENCE + Duration::from_millis(1);
        let mut dropped = 0;
        while let Some(Next::Drop(_)) = lobby.next(later) {
            dropped += 1;
        }
        assert_eq!(dropped, QUEUE - PLACES);
    }
}
