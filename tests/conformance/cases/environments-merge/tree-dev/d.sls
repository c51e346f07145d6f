d: {test.nop: [{env: "{{ saltenv }}"}]}
