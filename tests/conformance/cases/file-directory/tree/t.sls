@DIR@/d: {file.directory: []}
@DIR@/m: {file.directory: [{mode: 700}]}
@DIR@/a/b/c: {file.directory: [{makedirs: True}]}
@DIR@/no/parent: {file.directory: []}
again: {file.directory: [{name: @DIR@/d/}]}
mode: {file.directory: [{name: @DIR@/d}, {mode: '0711'}]}
