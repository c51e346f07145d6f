a: {test.nop: [{onlyif: [true]}]}
