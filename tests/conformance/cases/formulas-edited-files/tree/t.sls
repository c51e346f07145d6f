conf:
  file.managed:
    - name: @DIR@/conf
    - contents: |
        [main]
        key = old
        #commented = 1
        list=a
        [end]
repl:
  file.replace:
    - name: @DIR@/conf
    - pattern: '^(key\s*=\s*).*$'
    - repl: '\1new'
    - require: [{file: conf}]
uncomment:
  file.uncomment:
    - name: @DIR@/conf
    - regex: ^commented
comment:
  file.comment:
    - name: @DIR@/conf
    - regex: ^list=
    - char: ';'
prepend:
  file.prepend:
    - name: @DIR@/conf
    - text: ['# head', '# two']
block:
  file.blockreplace:
    - name: @DIR@/conf
    - marker_start: '# BEGIN'
    - marker_end: '# END'
    - content: "one\ntwo"
    - append_if_not_found: true
    - backup: '.orig'
block2:
  file.blockreplace:
    - name: @DIR@/conf
    - marker_start: '# BEGIN'
    - marker_end: '# END'
    - content: |
        three
    - show_changes: false
acc:
  file.managed:
    - name: @DIR@/acc
    - contents: z
touch:
  file.touch:
    - name: @DIR@/touched
    - makedirs: true
copy:
  file.copy:
    - name: @DIR@/copied
    - source: @DIR@/conf
rename:
  file.rename:
    - name: @DIR@/renamed
    - source: @DIR@/copied
exists:
  file.exists: [{name: '@DIR@/renamed'}]
missing:
  file.missing: [{name: '@DIR@/copied'}]
not-there:
  file.exists: [{name: '@DIR@/nope'}]
