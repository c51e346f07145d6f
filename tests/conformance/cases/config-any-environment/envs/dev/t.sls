dev-{{ pillar['of'] }}: test.nop
