{{ pillar.nope.deeper }}
