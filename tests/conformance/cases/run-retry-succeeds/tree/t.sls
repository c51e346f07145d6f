counted:
  cmd.run:
    - name: 'echo x >> @DIR@/count; test $(wc -l < @DIR@/count) = 3'
    - retry: {attempts: 5, interval: 0}
after: {test.nop: [{onchanges: [{cmd: counted}]}]}
