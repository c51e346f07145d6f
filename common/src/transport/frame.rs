//! Frames: a length of four bytes, big-endian, and that many bytes of MessagePack with field names.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::value::budget;

/// The longest frame, in bytes: 16 MiB. A report that would be longer is cut by the agent before it is sent.
pub const FRAME_LIMIT: usize = 16 << 20;

/// How many values a frame may hold. One can be a single byte of a frame, but takes some eighty bytes of memory.
pub const VALUES_LIMIT: usize = 1 << 20;

/// How much is read before memory for more of a frame is set aside: a peer that announces much and sends little costs little.
const READ_STEP: usize = 64 << 10;

/// Why a frame can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The stream ended between two frames: the peer is done.
    #[error("the stream has ended")]
    Ended,
    /// The stream ended within a frame, or the connection is gone.
    #[error("the stream broke: {0}")]
    Io(#[from] std::io::Error),
    /// The frame is longer than [`FRAME_LIMIT`].
    #[error("a frame of {0} bytes; at most {FRAME_LIMIT} are allowed")]
    TooLong(usize),
    /// The bytes are no message of the kind that belongs here.
    #[error("a frame that is no {expected}: {reason}")]
    Malformed {
        /// The kind of message.
        expected: &'static str,
        /// What the decoder said.
        reason: String,
    },
}

/// Reads one frame.
///
/// # Errors
/// See [`FrameError`]; after an error the stream is of no use.
pub async fn read<T: DeserializeOwned>(stream: &mut (impl AsyncRead + Unpin)) -> Result<T, FrameError> {
    read_within(stream, FRAME_LIMIT).await
}

/// Reads one frame of at most `limit` bytes: for what a peer may send before it is known.
///
/// # Errors
/// See [`FrameError`]; after an error the stream is of no use.
pub async fn read_within<T: DeserializeOwned>(
    stream: &mut (impl AsyncRead + Unpin),
    limit: usize,
) -> Result<T, FrameError> {
    let length = read_length(stream, limit).await?;
    decode(&read_body(stream, length).await?)
}

/// Reads how long the next frame is: the first half of [`read_within`], for who has to make room first.
///
/// # Errors
/// See [`FrameError`].
pub async fn read_length(stream: &mut (impl AsyncRead + Unpin), limit: usize) -> Result<usize, FrameError> {
    let mut length = [0; 4];
    let first = stream.read(&mut length).await?;
    if first == 0 {
        return Err(FrameError::Ended);
    }
    stream.read_exact(&mut length[first..]).await?;
    let length = u32::from_be_bytes(length) as usize;
    if length > limit.min(FRAME_LIMIT) {
        return Err(FrameError::TooLong(length));
    }
    Ok(length)
}

/// Reads the bytes of a frame whose length has been read. Memory is set aside as they arrive.
///
/// # Errors
/// [`FrameError::Io`].
pub async fn read_body(stream: &mut (impl AsyncRead + Unpin), length: usize) -> Result<Vec<u8>, FrameError> {
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let start = bytes.len();
        bytes.resize(length.min(start + READ_STEP.max(start)), 0);
        stream.read_exact(&mut bytes[start..]).await?;
    }
    Ok(bytes)
}

/// Writes one frame. It is in the stream's buffer then, not yet with the peer.
///
/// # Errors
/// See [`FrameError`].
pub async fn write<T: Serialize>(
    stream: &mut (impl AsyncWrite + Unpin),
    message: &T,
) -> Result<(), FrameError> {
    stream.write_all(&encode(message)?).await?;
    Ok(stream.flush().await?)
}

/// A whole frame, with its length.
///
/// # Errors
/// [`FrameError::TooLong`], or a value that MessagePack can't carry.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, FrameError> {
    let mut frame = vec![0; 4];
    let mut serializer = rmp_serde::Serializer::new(&mut frame).with_struct_map();
    message.serialize(&mut serializer).map_err(|error| FrameError::Malformed {
        expected: std::any::type_name::<T>(),
        reason: error.to_string(),
    })?;
    let length = frame.len() - 4;
    match u32::try_from(length) {
        Ok(short) if length <= FRAME_LIMIT => {
            frame[..4].copy_from_slice(&short.to_be_bytes());
            Ok(frame)
        }
        _ => Err(FrameError::TooLong(length)),
    }
}

/// A message from the bytes of a frame, without the length.
///
/// # Errors
/// [`FrameError::Malformed`], also when it holds more than [`VALUES_LIMIT`] values.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FrameError> {
    decode_within(bytes, VALUES_LIMIT)
}

/// The same with at most `values` values.
///
/// # Errors
/// [`FrameError::Malformed`].
pub fn decode_within<T: DeserializeOwned>(bytes: &[u8], values: usize) -> Result<T, FrameError> {
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes);
    deserializer.set_max_depth(256);
    budget::within(values, || T::deserialize(&mut deserializer)).map_err(|error| FrameError::Malformed {
        expected: std::any::type_name::<T>(),
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    async fn read_from(bytes: &[u8]) -> Result<Value, FrameError> {
        read(&mut &*bytes).await
    }

    #[tokio::test]
    async fn round_trip() {
        let frame = encode(&Value::from("hello")).unwrap();
        assert_eq!(read_from(&frame).await.unwrap(), Value::from("hello"));
    }

    #[test]
    fn the_number_of_values_is_bounded() {
        let nils = |count: u32| [&[0xdd][..], &count.to_be_bytes(), &vec![0xc0; count as usize]].concat();
        let Err(FrameError::Malformed { reason, .. }) = decode::<Value>(&nils(2_000_000)) else {
            panic!("two million values are read")
        };
        assert!(reason.contains("too many values"), "{reason}");
        assert!(decode::<Value>(&nils(1_000_000)).is_ok());
        // What is no frame is not counted.
        assert!(rmp_serde::from_slice::<Value>(&nils(2_000_000)).is_ok());
    }

    #[tokio::test]
    async fn bad_frames_are_errors() {
        assert!(matches!(read_from(b"").await, Err(FrameError::Ended)));
        assert!(matches!(read_from(b"\0\0").await, Err(FrameError::Io(_))));
        assert!(matches!(read_from(b"\0\0\0\x05abc").await, Err(FrameError::Io(_))));
        assert!(matches!(read_from(b"\xff\xff\xff\xff").await, Err(FrameError::TooLong(_))));
        assert!(matches!(read_from(b"\0\0\0\x01\xc1").await, Err(FrameError::Malformed { .. })));
        let deep = [&[0u8, 0, 4, 0][..], &[0x91; 1024]].concat();
        assert!(matches!(read_from(&deep).await, Err(FrameError::Malformed { .. })));
    }
}
