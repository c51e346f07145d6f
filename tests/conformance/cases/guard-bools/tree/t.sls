a: {test.nop: [{onlyif: [true]}]}
b: {test.nop: [{unless: []}]}
c: {test.nop: [{unless: ''}]}
