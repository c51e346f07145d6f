include: [u]
a: {test.nop: [{require_in: [{sls: u}]}, {require: [{sls: u}]}]}
