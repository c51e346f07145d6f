by-pcre: {test.nop: []}
