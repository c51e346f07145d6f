by-grain-pcre: {test.nop: []}
