by-pillar-glob: {test.nop: []}
