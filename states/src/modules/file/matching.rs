//! Which lines of two texts belong together, as Python's `difflib` pairs them: the longest run of equal lines, then the same
//! on both sides of it. A diff then reads as Salt's does, also where a line stands twice.

use std::collections::HashMap;
use std::hash::Hash;

use similar::DiffOp;

/// How many pairs of lines are looked at; texts that need more are compared in another way.
const STEPS: usize = 20_000_000;
/// How many lines both texts may have together, for the memory that finding them takes.
const LINES: usize = 200_000;
/// From this many lines on, lines that stand in more than a hundredth of all places pair nothing by themselves.
const MANY_LINES: usize = 200;

/// A run of equal lines: where it starts in the old and in the new text, and how long it is.
type Block = (usize, usize, usize);

/// The steps from one text to the other; `None` when finding them takes too long or too much memory.
pub(super) fn steps<T: Eq + Hash>(old: &[T], new: &[T]) -> Option<Vec<DiffOp>> {
    if old.len() + new.len() > LINES {
        return None;
    }
    let mut ops = Vec::new();
    let (mut old_index, mut new_index) = (0, 0);
    let end = (old.len(), new.len(), 0);
    for (old_start, new_start, len) in Matcher::new(old, new).blocks()?.into_iter().chain([end]) {
        let (old_len, new_len) = (old_start - old_index, new_start - new_index);
        match (old_len, new_len) {
            (0, 0) => {}
            (_, 0) => ops.push(DiffOp::Delete { old_index, old_len, new_index }),
            (0, _) => ops.push(DiffOp::Insert { old_index, new_index, new_len }),
            _ => ops.push(DiffOp::Replace { old_index, old_len, new_index, new_len }),
        }
        if len > 0 {
            ops.push(DiffOp::Equal { old_index: old_start, new_index: new_start, len });
        }
        (old_index, new_index) = (old_start + len, new_start + len);
    }
    Some(ops)
}

struct Matcher<'a, T> {
    old: &'a [T],
    new: &'a [T],
    /// Where each old line stands in the new text.
    places: Vec<Vec<usize>>,
    /// For each old line its entry in `places`.
    place_of: Vec<Option<usize>>,
    /// How many equal lines end at each place of the new text, one further on: for the old line before, and for this one.
    before: Vec<usize>,
    here: Vec<usize>,
    left: usize,
}

impl<'a, T: Eq + Hash> Matcher<'a, T> {
    fn new(old: &'a [T], new: &'a [T]) -> Self {
        let mut numbers = HashMap::new();
        let mut places: Vec<Vec<usize>> = Vec::new();
        for (place, line) in new.iter().enumerate() {
            let number = *numbers.entry(line).or_insert(places.len());
            if number == places.len() {
                places.push(Vec::new());
            }
            places[number].push(place);
        }
        if new.len() >= MANY_LINES {
            let most = new.len() / 100 + 1;
            places.iter_mut().filter(|places| places.len() > most).for_each(Vec::clear);
        }
        let place_of = old.iter().map(|line| numbers.get(line).copied()).collect();
        let room = vec![0; new.len() + 1];
        Self { old, new, places, place_of, before: room.clone(), here: room, left: STEPS }
    }

    /// Every run of equal lines, in order; those that touch are one.
    fn blocks(mut self) -> Option<Vec<Block>> {
        let mut found = Vec::new();
        let mut open = vec![(0..self.old.len(), 0..self.new.len())];
        while let Some((old, new)) = open.pop() {
            let (old_start, new_start, len) = self.longest(old.clone(), new.clone())?;
            if len == 0 {
                continue;
            }
            found.push((old_start, new_start, len));
            let (old_end, new_end) = (old_start + len, new_start + len);
            if old.start < old_start && new.start < new_start {
                open.push((old.start..old_start, new.start..new_start));
            }
            if old_end < old.end && new_end < new.end {
                open.push((old_end..old.end, new_end..new.end));
            }
        }
        found.sort_unstable();
        let mut joined: Vec<Block> = Vec::new();
        for (old, new, len) in found {
            match joined.last_mut() {
                Some(last) if (last.0 + last.2, last.1 + last.2) == (old, new) => last.2 += len,
                _ => joined.push((old, new, len)),
            }
        }
        Some(joined)
    }

    /// The longest run of equal lines within two ranges, the first of several.
    fn longest(&mut self, old: std::ops::Range<usize>, new: std::ops::Range<usize>) -> Option<Block> {
        let mut best = (old.start, new.start, 0);
        let mut set_before: &[usize] = &[];
        for line in old.clone() {
            let places = self.place_of[line].map_or(&[][..], |number| &self.places[number]);
            let first = places.partition_point(|place| *place < new.start);
            let last = places.partition_point(|place| *place < new.end);
            let places = &places[first..last];
            self.left = self.left.checked_sub(places.len() + 1)?;
            for place in places {
                let len = self.before[*place] + 1;
                self.here[place + 1] = len;
                if len > best.2 {
                    best = (line + 1 - len, place + 1 - len, len);
                }
            }
            set_before.iter().for_each(|place| self.before[place + 1] = 0);
            std::mem::swap(&mut self.before, &mut self.here);
            set_before = places;
        }
        set_before.iter().for_each(|place| self.before[place + 1] = 0);
        // Lines that stand in too many places are taken along.
        let (mut old_start, mut new_start, mut len) = best;
        while old_start > old.start
            && new_start > new.start
            && self.old[old_start - 1] == self.new[new_start - 1]
        {
            (old_start, new_start, len) = (old_start - 1, new_start - 1, len + 1);
        }
        while old_start + len < old.end
            && new_start + len < new.end
            && self.old[old_start + len] == self.new[new_start + len]
        {
            len += 1;
        }
        Some((old_start, new_start, len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The runs of equal lines between two texts whose lines are letters.
    fn blocks(old: &str, new: &str) -> Vec<Block> {
        Matcher::new(old.as_bytes(), new.as_bytes()).blocks().unwrap()
    }

    #[test]
    fn lines_are_paired_as_python_pairs_them() {
        assert_eq!(blocks("a-", "aa-"), [(0, 1, 2)]);
        assert_eq!(blocks("aabb", "aanb"), [(0, 0, 2), (2, 3, 1)]);
        assert_eq!(blocks("tt", "nt"), [(0, 1, 1)]);
        assert_eq!(blocks("qabxcd", "abycdf"), [(1, 0, 2), (4, 3, 2)]);
        assert_eq!(blocks("private", "privilege"), [(0, 0, 4), (6, 6, 1)]);
        assert_eq!(blocks("", "a"), []);
        assert_eq!(blocks("abc", "abc"), [(0, 0, 3)]);
    }

    #[test]
    fn frequent_lines_pair_nothing_by_themselves() {
        let new: Vec<u32> = (0..300).map(|line| if line % 10 == 0 { 0 } else { line }).collect();
        assert!(Matcher::new(&[0], &new).places[0].is_empty());
        assert_eq!(Matcher::new(&[0, 1], &new).blocks().unwrap(), [(0, 0, 2)]);
    }

    #[test]
    fn what_takes_too_long_is_given_up() {
        let line = vec![0; 150];
        let mut matcher = Matcher::new(&line, &line);
        matcher.left = 1000;
        assert_eq!(matcher.blocks(), None);
        assert!(steps(&line, &line).is_some());
        assert!(steps(&vec![0; LINES], &[0]).is_none());
    }
}
