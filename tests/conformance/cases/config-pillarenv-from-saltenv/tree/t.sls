base-{{ pillar['env'] }}: test.nop
