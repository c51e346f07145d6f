by-pillar: {test.nop: []}
