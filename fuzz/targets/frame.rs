//! The decoder of messages: any bytes are a message or an error, and a message survives being sent.
#![no_main]

use common::message::{
    Greeting, Hello, ObjectHeader, OwnUpdate, OwnWork, Renewed, Request, Stored, Task, TaskControl, TaskUpdate,
};
use common::transport::frame::{decode, encode};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;

fuzz_target!(|bytes: &[u8]| {
    // The first byte says what is expected.
    let Some((first, bytes)) = bytes.split_first() else { return };
    let read: &[fn(&[u8])] = &[
        again::<Hello>,
        again::<Greeting>,
        again::<Request>,
        again::<ObjectHeader>,
        again::<Stored>,
        again::<Renewed>,
        again::<Task>,
        again::<TaskControl>,
        again::<TaskUpdate>,
        again::<OwnWork>,
        again::<OwnUpdate>,
    ];
    read[usize::from(*first) % read.len()](bytes);
});

fn again<T: Serialize + DeserializeOwned>(bytes: &[u8]) {
    let Ok(message) = decode::<T>(bytes) else { return };
    let frame = encode(&message).expect("a message of few bytes can be sent");
    let same: T = decode(&frame[4..]).expect("what was sent can be read");
    assert_eq!(encode(&same).expect("it can be sent again"), frame);
}
