a: {test.nop: [{require_any: [{test: x}]}]}
b: {test.nop: [{onfail_all: [{test: x}]}]}
c: {test.nop: [{onchanges_any: [x]}]}
d: {test.nop: [{prereq: [{id: x}]}]}
