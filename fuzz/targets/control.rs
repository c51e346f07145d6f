//! The decoder of the control API: any bytes that a user of the host sends are a request or an error.
#![no_main]

use std::sync::LazyLock;

use common::transport::frame::{decode, encode};
use jiff::Zoned;
use libfuzzer_sys::fuzz_target;
use master::api::{Access, Request};

static NOW: LazyLock<Zoned> = LazyLock::new(|| "2028-02-29T23:59:30+00:00[UTC]".parse().expect("a time"));

fuzz_target!(|bytes: &[u8]| {
    let Ok(request) = decode::<Request>(bytes) else { return };
    assert!(Access::needed(&request) > Access::None, "who may do nothing may not ask it: {request:?}");
    if let Request::Schedule { cron, .. } = &request {
        assert!(cron.next(&NOW).is_none_or(|next| next > *NOW), "{cron:?}");
    }
    let frame = encode(&request).expect("a request of few bytes can be sent");
    let same: Request = decode(&frame[4..]).expect("what was sent can be read");
    assert_eq!(encode(&same).expect("it can be sent again"), frame);
});
