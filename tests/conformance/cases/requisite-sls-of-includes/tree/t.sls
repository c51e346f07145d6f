include: [u]
needs: {test.nop: [{require: [{sls: u}]}]}
needs-inner: {test.nop: [{require: [{sls: v}]}]}
pattern: {test.nop: [{onchanges: [{sls: '?'}]}]}
