a: {test.nop: []}
b:
  file.append:
    - name: '@DIR@/x'
    - text: x
    - bogus: yes
