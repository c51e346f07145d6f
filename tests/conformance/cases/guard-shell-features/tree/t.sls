pipe: {test.nop: [{onlyif: 'echo a b | grep -q b'}]}
several-lines:
  test.nop:
    - unless: |
        x=1
        test $x = 1
status: {test.nop: [{onlyif: 'exit 7'}]}
not-there: {test.nop: [{unless: no-such-command-here}]}
