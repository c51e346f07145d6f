dev-{{ pillar['env'] }}: test.nop
