@DIR@/none: {file.absent: []}
@DIR@/f: {file.managed: [{contents: one}]}
app1: {file.append: [{name: @DIR@/f}, {text: [two, three]}]}
app2: {file.append: [{name: @DIR@/f}, {text: two}]}
link: {file.symlink: [{name: @DIR@/l}, {target: @DIR@/f}]}
link-again: {file.symlink: [{name: @DIR@/l}, {target: @DIR@/f}]}
link-other: {file.symlink: [{name: @DIR@/l}, {target: /etc/passwd}]}
rep: {file.replace: [{name: @DIR@/f}, {pattern: '^t(\w+)$'}, {repl: 'T-\1'}]}
rep-none: {file.replace: [{name: @DIR@/f}, {pattern: nothing here}, {repl: x}]}
rep-append: {file.replace: [{name: @DIR@/f}, {pattern: nothing here}, {repl: added}, {append_if_not_found: True}]}
rep-missing: {file.replace: [{name: @DIR@/nofile}, {pattern: a}, {repl: b}]}
gone: {file.absent: [{name: @DIR@/f}]}
relative: {file.absent: [{name: some/where}]}
