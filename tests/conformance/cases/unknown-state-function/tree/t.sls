a: {test.nop: []}
b: {nosuch.thing: []}
c: {test.nosuch: []}
