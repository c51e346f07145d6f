{{ nope.deeper }}
