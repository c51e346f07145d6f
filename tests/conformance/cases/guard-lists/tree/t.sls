unless-all: {test.nop: [{unless: ['true', 'true']}]}
unless-one: {test.nop: [{unless: ['true', 'false']}]}
unless-first: {test.nop: [{unless: ['false', 'true']}]}
onlyif-all: {test.nop: [{onlyif: ['true', 'true']}]}
onlyif-one: {test.nop: [{onlyif: ['true', 'false']}]}
both-stop: {test.nop: [{onlyif: 'false'}, {unless: 'true'}]}
one-stops: {test.nop: [{onlyif: 'true'}, {unless: 'true'}]}
all-three: {test.nop: [{onlyif: 'false'}, {unless: 'false'}, {creates: /}]}
