a: {test.nop: [{onlyif: [true]}]}
b: {test.nop: [{unless: []}]}
