null-onlyif: {test.nop: [{onlyif: null}]}
null-unless: {test.nop: [{unless: null}]}
number: {test.nop: [{onlyif: 0}, {unless: 1}]}
bool-in-list: {test.nop: [{onlyif: [true, 'false']}]}
bool-later: {test.nop: [{unless: ['true', true]}]}
map-without-fun: {test.nop: [{onlyif: [{name: x}]}, {unless: [{name: x}]}]}
number-creates: {test.nop: [{creates: 3}]}
