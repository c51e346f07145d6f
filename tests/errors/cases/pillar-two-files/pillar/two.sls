a
: b: c
