//! `lipsum()`: text that fills a place. As every choice of a template, it is the same on every run of one host.

use fastrand::Rng;
use minijinja::{Error, State, Value};

use super::arguments::Arguments;
use super::functions::context_of;
use super::random::generator;

/// The words that Cicero's text is made of where printers fill a page.
const WORDS: &str = "a ac accumsan ad adipiscing aenean aliquam aliquet amet ante aptent arcu at auctor augue bibendum \
    blandit commodo condimentum congue consectetuer consequat cras cubilia cum curabitur cursus dapibus diam dictum \
    dignissim dolor donec dui duis egestas eget eleifend elementum elit enim erat eros est et etiam eu euismod facilisis \
    fames faucibus felis fermentum feugiat fringilla fusce gravida habitant hendrerit iaculis id imperdiet in inceptos \
    integer interdum ipsum justo lacinia lacus laoreet lectus leo libero ligula lobortis lorem luctus maecenas magna massa \
    mattis mauris metus mi molestie mollis montes morbi nam nec neque netus nibh nisi nisl non nulla nullam nunc odio orci \
    ornare parturient pede pellentesque pharetra phasellus placerat porta porttitor posuere pretium proin pulvinar purus \
    quam quis quisque rhoncus risus rutrum sagittis sapien scelerisque sed sem semper senectus sit sociis sociosqu \
    sodales sollicitudin suscipit suspendisse tellus tempor tempus tincidunt torquent tortor tristique turpis ultrices \
    ultricies urna ut varius vehicula vel velit venenatis vestibulum vitae vivamus viverra volutpat vulputate";

/// The most words of one call.
const LIMIT: i64 = 1_000_000;

/// `lipsum(n=5, html=True, min=20, max=100)`
pub(super) fn lipsum(state: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(4)?;
    let number = |at, name, default| Ok::<_, Error>(arguments.optional_int(at, name)?.unwrap_or(default));
    let (count, least, most) = (number(0, "n", 5)?, number(2, "min", 20)?, number(3, "max", 100)?);
    let html = arguments.optional(1, "html").is_none_or(|html| html.is_true());
    if count > 0 && least >= most {
        return Err(arguments.error(format!("empty range for randrange() ({least}, {most})")));
    }
    if count.max(0).saturating_mul(most.max(1)) > LIMIT {
        return Err(arguments.error(format!("a call may make {LIMIT} words")));
    }
    let host = context_of(state).map(|context| context.id.clone()).unwrap_or_default();
    let mut random = generator(state, &host, "lipsum");
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let paragraphs: Vec<String> = (0..count)
        .map(|_| {
            let length = random.i64(least..most).max(0);
            let text = paragraph(&mut random, &words, usize::try_from(length).unwrap_or(0));
            if html { format!("<p>{text}</p>") } else { text }
        })
        .collect();
    Ok(match html {
        true => Value::from_safe_string(paragraphs.join("\n")),
        false => paragraphs.join("\n\n").into(),
    })
}

/// Words with commas and full stops among them.
fn paragraph(random: &mut Rng, words: &[&str], length: usize) -> String {
    let mut text = String::new();
    let (mut last, mut begins) = ("", true);
    let (mut comma, mut stop) = (random.usize(3..8), random.usize(10..20));
    for at in 0..length {
        let word = loop {
            let word = words[random.usize(..words.len())];
            if word != last {
                break word;
            }
        };
        last = word;
        if at > 0 {
            text.push(' ');
        }
        match begins {
            true => text.push_str(&(word[..1].to_uppercase() + &word[1..])),
            false => text.push_str(word),
        }
        begins = at == stop && at + 1 < length;
        if begins {
            text.push('.');
            (comma, stop) = (at + random.usize(3..8), at + random.usize(10..20));
        } else if at == comma && at + 1 < length {
            text.push(',');
            comma = at + random.usize(3..8);
        }
    }
    text.push('.');
    text
}
